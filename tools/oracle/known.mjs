// The kinds of disagreement that were decided from AWS's documentation. docs/oracle.md
// says for each what AWS's pages say; a disagreement that is of no kind here is news.
//
// A kind looks at the shrunken request, in which little more is left than what matters.

import { OWN } from './request.mjs';

// The services of our requests that resource control policies do not reach.
const NOT_UNDER_RCPS = ['sns', 'lambda'];

// The services of our requests that take unsigned requests.
const UNSIGNED = ['s3', 'sqs', 'sns'];

export const KINDS = [
  kind('root', (of) => of.root && !of.assumes, 'allow', 'deny'),
  kind('root-cannot-assume', (of) => of.root && of.assumes, 'deny', '*'),
  kind('federated-cannot-assume', (of) => of.federated && of.assumes, 'deny', '*'),
  kind('rcp-service', (of) => of.has('rcps') && NOT_UNDER_RCPS.includes(of.service), '*', '*'),
  kind('unsigned-service', (of) => of.anonymous && !UNSIGNED.includes(of.service), 'deny', '*'),
  kind('A1', (of) => of.assumes && of.has('boundary'), 'if', '*'),
  kind('A2', (of) => of.has('session_policies') && of.has('resource_policy') && of.own, 'allow', 'deny'),
  kind('A3', (of) => of.documents.some((document) => document.Version === '2008-10-17' && document.text.includes('${')), '*', '*'),
  kind('A6', (of) => of.operators.some(({ name }) => /^ForAnyValue:.*IfExists$/.test(name)), '*', '*'),
  kind('A10', (of) => of.documents.some((document) => /"arn:aws:[a-z]+:\*"/.test(document.text)), '*', '*'),
  kind('address-text', (of) => of.operators.some(({ name, values }) => /IpAddress/.test(name) && values.some((value) => /^0\.0\.0\.0\/0$|^::\/0$|:0:/.test(value))), '*', '*'),
  kind('A16', (of) => of.empty && of.operators.some(({ name, key }) => name === 'Null' || /^For/.test(name) || key === 's3:prefix'), '*', '*'),
  kind('A32', (of) => of.operators.some(({ name, values }) => /Numeric/.test(name) && values.some((value) => Number.isNaN(Number(value)))), '*', '*'),
  kind('epoch', (of) => of.operators.some(({ name, key }) => /Date/.test(name) && key === 'aws:epochtime'), '*', '*'),
  kind('epoch', (of) => of.operators.some(({ name, values }) => /Date/.test(name) && values.some((value) => /^\d+$/.test(value))), '*', '*'),
  kind('A4', (of) => of.operators.some(({ name, values }) => /Not/.test(name) && values.some((value) => value.includes('${aws:'))), '*', '*'),
  kind('A5', (of) => of.documents.some((document) => /"NotResource":[^\]}]*\$\{/.test(document.text)), '*', '*'),
  kind('other-family', (of) => of.operators.some(({ name, key }) => /^(For.*:)?NotIpAddress/.test(name) && key === 'aws:sourceip'), '*', '*'),
  kind('escape', (of) => of.operators.some(({ name, values }) => !/Like/.test(name) && values.some((value) => /\$\{[*?$]\}/.test(value))), '*', '*'),
];

function kind(name, fits, ours, theirs) {
  return { name, fits, ours, theirs };
}

/** Returns the name of the kind that a disagreement is of, if it is known. */
export function known(request, ours, theirs) {
  const of = new Facts(request);
  const same = (wanted, found) => wanted === '*' || wanted === found;
  return KINDS.find((kind) => same(kind.ours, ours.decision) && same(kind.theirs, theirs.decision) && kind.fits(of))?.name;
}

class Facts {
  constructor(request) {
    this.request = request;
    this.service = request.action.split(':')[0];
    this.assumes = request.action === 'sts:AssumeRole';
    this.root = request.principal.endsWith(':root');
    this.federated = request.principal.includes(':federated-user/');
    this.anonymous = request.principal === 'anonymous';
    this.own = request.resource_account === OWN;
    this.empty = Object.values(request.context).includes('');
    this.documents = documents(request).map((document) => ({ ...document, text: JSON.stringify(document) }));
    this.operators = documents(request).flatMap(operators);
  }

  has(name) {
    return name in this.request;
  }
}

function documents(request) {
  const single = [request.boundary, request.resource_policy, request.endpoint_policy];
  const lists = [request.identity_policies, request.session_policies];
  const levels = [...(request.scps ?? []), ...(request.rcps ?? [])];
  return [...single, ...[...lists, ...levels].flat()].filter((document) => document !== undefined);
}

function operators(document) {
  return document.Statement.flatMap((statement) =>
    Object.entries(statement.Condition ?? {}).flatMap(([name, keys]) =>
      Object.entries(keys).map(([key, values]) => ({ name, key: key.toLowerCase(), values: [].concat(values) })),
    ),
  );
}
