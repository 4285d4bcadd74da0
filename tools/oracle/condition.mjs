// Random conditions over every operator, mostly on what the request carries.

const STRINGS = ['StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringNotLike'];
const ARNS = ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'];
const NUMBERS = ['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals', 'NumericGreaterThan', 'NumericGreaterThanEquals'];
const DATES = ['DateEquals', 'DateNotEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'];

/** For each key: its operators and values near those that requests carry. */
const KEYS = {
  'aws:SourceIp': [['IpAddress', 'NotIpAddress'], ['10.0.0.0/8', '203.0.113.9', '203.0.113.0/24', '2001:db8::/32', '192.0.2.0/24', '2001:DB8:0:0::7', '::/0', '0.0.0.0/0', '10.1.2.3/32']],
  'aws:SecureTransport': [['Bool'], ['true', 'false', 'TRUE']],
  'aws:CurrentTime': [DATES, ['2026-01-01T00:00:00Z', '2026-03-01T12:00:00Z', '2026-03-01T14:00:00+02:00', '2027-01-01', '2026-03-01T12:00:00.000Z', '2026-03-01', '1772366400']],
  'aws:UserAgent': [STRINGS, ['aws-cli*', 'Terraform', 'terraform', 'aws-cli/?']],
  'aws:PrincipalAccount': [STRINGS, ['111122223333', '444455556666', '1111*']],
  'aws:PrincipalOrgID': [STRINGS, ['o-exampleorg', 'o-otherorg', 'o-*']],
  'aws:PrincipalOrgPaths': [STRINGS, ['o-exampleorg/*', 'o-exampleorg/r-root/ou-root-dev/', 'o-exampleorg/r-root/ou-root-prod/*']],
  'aws:PrincipalIsAWSService': [['Bool'], ['true', 'false']],
  'aws:PrincipalArn': [
    [...ARNS, 'StringEquals', 'StringLike'],
    ['arn:aws:iam::111122223333:user/ana', 'arn:aws:iam::111122223333:role/*', 'arn:aws:iam::*:role/app', 'arn:aws:iam::444455556666:*', 'arn:aws:iam::111122223333:root', 'arn:aws:iam:*:user/ana', 'arn:aws:*::111122223333:*/a*', 'arn:aws:iam::1111????3333:user/?na', 'arn:aws:iam::111122223333:USER/ana'],
  ],
  'aws:PrincipalType': [['StringEquals', 'StringNotEquals'], ['User', 'AssumedRole', 'Account']],
  'aws:PrincipalTag/team': [STRINGS, ['red', 'blue', 'r*', '${aws:ResourceTag/team}', '${*}', "${aws:username, 'red'}"]],
  'aws:ResourceTag/team': [STRINGS, ['red', '${aws:PrincipalTag/team}', 'b*']],
  'aws:username': [STRINGS, ['ana', 'ben', 'a*']],
  'aws:userid': [['StringLike', 'StringNotLike'], ['AROAEXAMPLEROLEAAAAAA:*', 'AIDAEXAMPLEUSERAAAAAA']],
  'aws:MultiFactorAuthPresent': [['Bool'], ['true', 'false']],
  'aws:MultiFactorAuthAge': [NUMBERS, ['3600', '30', '30.0', '+30']],
  'aws:EpochTime': [[...DATES, ...NUMBERS], ['1772366400', '1700000000', '2026-03-01T12:00:00Z']],
  'aws:SourceArn': [[...ARNS, 'StringLike', 'StringEquals'], ['arn:aws:sns:*:111122223333:*', 'arn:aws:sns:eu-west-1:111122223333:news', 'arn:aws:sns:eu-west-1:444455556666:news']],
  'aws:SourceAccount': [STRINGS, ['111122223333', '444455556666']],
  'aws:SourceVpce': [STRINGS, ['vpce-0aaa', 'vpce-*']],
};
const SPECIAL = {
  'sqs:TagQueue': { 'aws:TagKeys': [STRINGS, ['team', 'env', 't*', 'Team']], 'aws:RequestTag/team': [STRINGS, ['red', '${aws:PrincipalTag/team}']] },
  's3:ListBucket': { 's3:max-keys': [NUMBERS, ['10', '100', '-1', '10.5', '1000.0']], 's3:prefix': [STRINGS, ['red/', 'red/*', '', '${aws:PrincipalTag/team}/*']] },
  'kms:': { 'kms:ViaService': [STRINGS, ['s3.*.amazonaws.com', 's3.eu-west-1.amazonaws.com']], 'kms:EncryptionContextKeys': [STRINGS, ['a', 'b', 'c']] },
  'sts:': { 'sts:ExternalId': [STRINGS, ['x-42', 'x-*']], 'sts:RoleSessionName': [STRINGS, ['ana', '${aws:username}']] },
  'dynamodb:': { 'dynamodb:Attributes': [STRINGS, ['id', 'name', 'n*']] },
};
const MULTI = ['aws:TagKeys', 'aws:PrincipalOrgPaths', 'dynamodb:Attributes', 'kms:EncryptionContextKeys'];

/** Returns a Condition element of one to three tests. */
export function condition(random, drawn) {
  const keys = { ...KEYS };
  for (const [start, more] of Object.entries(SPECIAL)) {
    if (drawn.action.startsWith(start)) Object.assign(keys, more);
  }
  const element = {};
  const count = random.chance(0.7) ? 1 : 2;
  for (let at = 0; at < count; at += 1) add(random, element, keys, drawn);
  return element;
}

function add(random, element, keys, drawn) {
  const special = Object.keys(keys).filter((key) => !(key in KEYS));
  const key = special.length > 0 && random.chance(0.3) ? random.pick(special) : random.pick(Object.keys(keys));
  const [operators, values] = keys[key];
  if (random.chance(0.08)) {
    put(element, 'Null', key, random.pick(['true', 'false']));
    return;
  }
  let operator = random.pick(operators);
  if (random.chance(0.2)) operator += 'IfExists';
  const several = MULTI.includes(key);
  if (several || random.chance(0.06)) operator = `${random.pick(['ForAnyValue', 'ForAllValues'])}:${operator}`;
  const list = random.some(near(random, values, drawn.context[key]), 2);
  put(element, operator, cased(random, key), list.length === 1 && random.chance(0.5) ? list[0] : list);
}

function near(random, values, carried) {
  const known = [].concat(carried ?? []).filter((text) => text !== '*');
  return random.chance(0.4) && known.length > 0 ? known : values;
}

function cased(random, key) {
  return random.chance(0.05) ? key.toLowerCase() : key;
}

function put(element, operator, key, values) {
  element[operator] = { ...(element[operator] ?? {}), [key]: values };
}
