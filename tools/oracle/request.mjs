// Random requests: a caller, an action on a resource, what the request carries, and
// policies of every kind around them. Most of it is drawn near the request, so that
// statements match about as often as not.

import { condition } from './condition.mjs';

export const OWN = '111122223333';
export const OTHER = '444455556666';
const ORGANIZATION = 'o-exampleorg';

const SERVICES = [
  { prefix: 'sqs', actions: ['SendMessage', 'ReceiveMessage', 'TagQueue'], resource: (a) => `arn:aws:sqs:eu-west-1:${a}:jobs` },
  { prefix: 'sns', actions: ['Publish'], resource: (a) => `arn:aws:sns:eu-west-1:${a}:news` },
  { prefix: 'dynamodb', actions: ['GetItem', 'PutItem'], resource: (a) => `arn:aws:dynamodb:eu-west-1:${a}:table/orders` },
  { prefix: 'secretsmanager', actions: ['GetSecretValue'], resource: (a) => `arn:aws:secretsmanager:eu-west-1:${a}:secret:db/main-AbCdEf` },
  { prefix: 'lambda', actions: ['InvokeFunction'], resource: (a) => `arn:aws:lambda:eu-west-1:${a}:function:report` },
  { prefix: 'kms', actions: ['Decrypt', 'Encrypt', 'DescribeKey'], resource: (a) => `arn:aws:kms:eu-west-1:${a}:key/11112222-3333-4444-5555-666677778888`, trusted: true },
  { prefix: 's3', actions: ['GetObject', 'PutObject'], resource: () => 'arn:aws:s3:::payroll/red/2026.csv' },
  { prefix: 's3', actions: ['ListBucket'], resource: () => 'arn:aws:s3:::payroll' },
  { prefix: 'sts', actions: ['AssumeRole'], resource: (a) => `arn:aws:iam::${a}:role/target`, trust: true, trusted: true },
];
const LONELY = [
  { prefix: 'ec2', actions: ['DescribeInstances'], resource: () => '*' },
  { prefix: 'iam', actions: ['GetUser'], resource: (a) => `arn:aws:iam::${a}:user/ben` },
];

/** Returns one request in the form that `whocan simulate` reads. */
export function request(random, id) {
  const caller = drawCaller(random);
  const foreign = random.chance(0.3);
  const lonely = !foreign && ['user', 'session'].includes(caller.kind) && random.chance(0.08);
  const service = random.pick(lonely ? LONELY : SERVICES);
  const owner = foreign ? OTHER : OWN;
  const drawn = {
    id,
    principal: caller.arn,
    action: `${service.prefix}:${random.pick(service.actions)}`,
    resource: service.resource(owner),
    resource_account: owner,
    context: {},
    context_complete: true,
  };
  drawn.context = context(random, caller, drawn, service);
  addPolicies(random, drawn, caller, service, lonely);
  return drawn;
}

function drawCaller(random) {
  const at = random.next();
  if (at < 0.45) return { kind: 'user', arn: `arn:aws:iam::${OWN}:user/ana` };
  if (at < 0.9) return { kind: 'session', arn: `arn:aws:sts::${OWN}:assumed-role/app/s1` };
  if (at < 0.92) return { kind: 'root', arn: `arn:aws:iam::${OWN}:root` };
  if (at < 0.94) return { kind: 'federated', arn: `arn:aws:sts::${OWN}:federated-user/bob` };
  if (at < 0.97) return { kind: 'service', arn: 'service:sns.amazonaws.com' };
  return { kind: 'anonymous', arn: 'anonymous' };
}

/** Everything that a request carries; what is not listed is absent for both sides. */
function context(random, caller, drawn, service) {
  const keys = {
    'aws:SourceIp': random.pick(['10.1.2.3', '203.0.113.9', '2001:db8::7']),
    'aws:SecureTransport': random.pick(['true', 'false']),
    'aws:CurrentTime': '2026-03-01T12:00:00Z',
    'aws:EpochTime': '1772366400',
    'aws:UserAgent': random.pick(['aws-cli/2', 'Terraform']),
  };
  const maybe = (share, name, values) => {
    if (random.chance(share)) keys[name] = random.pick(values);
  };
  if (caller.kind === 'service') {
    keys['aws:PrincipalIsAWSService'] = 'true';
    keys['aws:PrincipalServiceName'] = 'sns.amazonaws.com';
    maybe(0.7, 'aws:SourceArn', [`arn:aws:sns:eu-west-1:${OWN}:news`, `arn:aws:sns:eu-west-1:${OTHER}:news`]);
    if ('aws:SourceArn' in keys) keys['aws:SourceAccount'] = keys['aws:SourceArn'].split(':')[4];
  } else if (caller.kind === 'anonymous') {
    keys['aws:PrincipalAccount'] = 'anonymous';
    keys['aws:PrincipalType'] = 'Anonymous';
    keys['aws:userid'] = 'anonymous';
  } else {
    keys['aws:PrincipalAccount'] = OWN;
    keys['aws:PrincipalOrgID'] = ORGANIZATION;
    keys['aws:PrincipalOrgPaths'] = [`${ORGANIZATION}/r-root/ou-root-dev/`];
    keys['aws:PrincipalIsAWSService'] = 'false';
    keys['aws:PrincipalArn'] = caller.kind === 'session' ? `arn:aws:iam::${OWN}:role/app` : caller.arn;
    keys['aws:PrincipalType'] = { user: 'User', session: 'AssumedRole', root: 'Account', federated: 'FederatedUser' }[caller.kind];
    if (['user', 'session'].includes(caller.kind)) maybe(0.6, 'aws:PrincipalTag/team', ['red', 'blue', 'Red', '*']);
  }
  if (caller.kind === 'user') {
    keys['aws:username'] = 'ana';
    keys['aws:userid'] = 'AIDAEXAMPLEUSERAAAAAA';
    maybe(0.4, 'aws:MultiFactorAuthPresent', ['true', 'false']);
    if (keys['aws:MultiFactorAuthPresent'] === 'true') keys['aws:MultiFactorAuthAge'] = random.pick(['30', '7200']);
  }
  if (caller.kind === 'root') keys['aws:userid'] = OWN;
  if (caller.kind === 'federated') keys['aws:userid'] = `${OWN}:bob`;
  if (caller.kind === 'session') keys['aws:userid'] = 'AROAEXAMPLEROLEAAAAAA:s1';
  maybe(0.3, 'aws:SourceVpce', ['vpce-0aaa', 'vpce-0bbb']);
  if (['dynamodb', 'secretsmanager', 'lambda', 'kms', 'sqs'].includes(service.prefix)) {
    maybe(0.5, 'aws:ResourceTag/team', ['red', 'blue']);
  }
  if (drawn.action === 's3:ListBucket') {
    maybe(0.6, 's3:prefix', ['red/', 'blue/x', '']);
    maybe(0.5, 's3:max-keys', ['10', '1000']);
  }
  if (drawn.action === 'sqs:TagQueue') {
    keys['aws:TagKeys'] = random.some(['team', 'env', 'cost'], 3);
    for (const key of keys['aws:TagKeys']) keys[`aws:RequestTag/${key}`] = random.pick(['red', 'blue']);
  }
  if (service.prefix === 'kms') maybe(0.3, 'kms:ViaService', ['s3.eu-west-1.amazonaws.com']);
  if (service.trust) {
    maybe(0.5, 'sts:ExternalId', ['x-42', 'x-43']);
    maybe(0.3, 'sts:RoleSessionName', ['ana', 'build']);
  }
  if (service.prefix === 'dynamodb' && random.chance(0.6)) {
    keys['dynamodb:Attributes'] = random.some(['id', 'name', 'salary'], 3);
  }
  if (/Encrypt|Decrypt/.test(drawn.action) && random.chance(0.4)) keys['kms:EncryptionContextKeys'] = random.some(['a', 'b'], 2);
  return keys;
}

function addPolicies(random, drawn, caller, service, lonely) {
  const signed = caller.kind !== 'anonymous';
  const has = ['user', 'session', 'federated'].includes(caller.kind);
  if (caller.kind === 'federated') drawn.session = { user: 'ana' };
  const identity = (share) => documents(random, drawn, { share });
  if (has) drawn.identity_policies = identity(random.pick([0, 1, 2]));
  if (has && random.chance(0.25)) drawn.boundary = document(random, drawn, {});
  if (caller.kind === 'federated' || (caller.kind === 'session' && random.chance(0.25))) drawn.session_policies = [document(random, drawn, {})];
  if (!lonely && (service.trusted || random.chance(0.65))) {
    drawn.resource_policy = document(random, drawn, { principals: true, trust: service.trust });
  }
  if (signed && caller.kind !== 'service' && random.chance(0.35)) drawn.scps = levels(random, () => document(random, drawn, { scp: true }));
  if (random.chance(0.2) && !lonely) drawn.rcps = levels(random, () => document(random, drawn, { rcp: true }), true);
  if (random.chance(0.12) && !lonely && !service.trust) {
    drawn.endpoint_policy = document(random, drawn, { everyone: true });
  }
}

/** Root first; most levels let everything pass. */
function levels(random, draw, denies) {
  const count = 1 + random.below(3);
  return Array.from({ length: count }, () => {
    const level = denies ? [] : [FULL];
    if (random.chance(0.5)) level.push(draw());
    return level;
  });
}

export const FULL = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

function documents(random, drawn, { share }) {
  return Array.from({ length: share }, () => document(random, drawn, {}));
}

function document(random, drawn, kind) {
  const count = 1 + random.below(3);
  const old = !kind.scp && !kind.rcp && random.chance(0.08);
  const version = old ? '2008-10-17' : '2012-10-17';
  return {
    Version: version,
    Statement: Array.from({ length: count }, () => statement(random, drawn, kind)),
  };
}

function statement(random, drawn, kind) {
  const allows = kind.rcp ? false : random.chance(kind.scp ? 0.4 : 0.72);
  const one = { Effect: allows ? 'Allow' : 'Deny' };
  if (kind.principals) addPrincipal(random, one, drawn);
  if (kind.rcp || kind.everyone) one.Principal = '*';
  const negated = !kind.rcp && random.chance(0.1);
  one[negated ? 'NotAction' : 'Action'] = actions(random, drawn, kind);
  if (!kind.trust) one[random.chance(0.1) ? 'NotResource' : 'Resource'] = resources(random, drawn);
  const conditions = random.chance(allows ? 0.45 : 0.7) ? condition(random, drawn) : undefined;
  if (conditions) one.Condition = conditions;
  return one;
}

function addPrincipal(random, one, drawn) {
  const user = `arn:aws:iam::${OWN}:user/ana`;
  const role = `arn:aws:iam::${OWN}:role/app`;
  const session = `arn:aws:sts::${OWN}:assumed-role/app/s1`;
  const bob = `arn:aws:sts::${OWN}:federated-user/bob`;
  const mine = drawn.principal === bob ? [bob] : drawn.principal.includes(':user/') ? [user] : [role, session];
  const others = [`arn:aws:iam::${OWN}:user/ben`, `arn:aws:iam::${OTHER}:root`, `arn:aws:sts::${OWN}:assumed-role/app/s2`];
  const trust = drawn.action.startsWith('sts:');
  if (one.Effect === 'Deny' && !trust && random.chance(0.15)) {
    // With less than all of these AWS does not say who is spared.
    const all = mine.length === 1 ? [mine[0], `arn:aws:iam::${OWN}:root`] : [session, role, `arn:aws:iam::${OWN}:root`];
    one.NotPrincipal = { AWS: random.chance(0.7) ? all : others.slice(0, 1) };
    return;
  }
  const at = random.next();
  if (drawn.principal.startsWith('service:') && random.chance(0.6)) one.Principal = { Service: 'sns.amazonaws.com' };
  else if (at < 0.2) one.Principal = random.chance(0.5) ? '*' : { AWS: '*' };
  else if (at < 0.45) one.Principal = { AWS: random.pick([OWN, `arn:aws:iam::${OWN}:root`]) };
  else if (at < 0.85) one.Principal = { AWS: random.chance(0.5) ? random.pick(mine) : [random.pick(mine), random.pick(others)] };
  else if (at < 0.95) one.Principal = { AWS: random.pick(others) };
  else one.Principal = { Service: 'sns.amazonaws.com' };
}

function actions(random, drawn, kind) {
  const [prefix, name] = drawn.action.split(':');
  const near = [
    drawn.action,
    `${prefix}:*`,
    `${prefix}:${name.slice(0, 3)}*`,
    `${prefix.toUpperCase()}:${name.toLowerCase()}`,
    `${prefix}:?${name.slice(1)}`,
  ];
  if (!kind.trust && !kind.rcp) near.push('*');
  if (kind.trust) near.splice(1, 2);
  const far = kind.trust ? ['sts:TagSession'] : [`${prefix}:Delete*`, 'ec2:StartInstances'];
  if (kind.rcp) far.pop();
  const list = random.some(random.chance(0.8) ? near : far, 2);
  return list.length === 1 && random.chance(0.5) ? list[0] : list;
}

function resources(random, drawn) {
  const arn = drawn.resource;
  if (arn === '*') return random.pick(['*', 'arn:aws:ec2:*:*:instance/*']);
  const parts = arn.split(':');
  const last = parts.slice(5).join(':');
  const head = parts.slice(0, 5).join(':');
  const near = [arn, '*', `${head}:${last.slice(0, 3)}*`, `${head}:*${last.slice(-2)}`, `${head}:${last.slice(0, -1)}?`];
  near.push(`${parts.slice(0, 3).join(':')}:*:*:${last}`);
  near.push(`arn:*:${parts.slice(2, 5).join(':')}:${last}`, `${parts.slice(0, 3).join(':')}:${parts[3].slice(0, 2)}*:${parts[4]}:${last}`);
  if (parts[4] !== '') near.push(`${parts.slice(0, 3).join(':')}:*`, `arn:aws:${parts[2]}:??-west-?:${parts[4].slice(0, 4)}*:${last}`);
  if (arn.startsWith('arn:aws:s3:::payroll/')) {
    near.push('arn:aws:s3:::payroll/${aws:PrincipalTag/team}/*', 'arn:aws:s3:::*/2026.csv');
    near.push("arn:aws:s3:::payroll/${aws:PrincipalTag/team, 'red'}/*", 'arn:aws:s3:::payroll/${*}/*');
    near.push('arn:aws:s3:::payroll/${aws:username}/*');
  }
  const far = [`${head}:other`, `${head}:${last}x`, `${head}:${last.toUpperCase()}`];
  const list = random.some(random.chance(0.8) ? near : far, 2);
  return list.length === 1 && random.chance(0.5) ? list[0] : list;
}
