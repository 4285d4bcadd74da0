// Makes a disagreement small: takes away whatever it does not need.

const MOST_STEPS = 400;

/** Returns the smallest variant found of `request` on which `differs` still holds. */
export async function shrink(request, differs) {
  let small = request;
  let steps = 0;
  for (;;) {
    let smaller;
    for (const variant of variants(small)) {
      steps += 1;
      if (steps > MOST_STEPS) return small;
      if (await differs(variant)) {
        smaller = variant;
        break;
      }
    }
    if (!smaller) return small;
    small = smaller;
  }
}

const DOCUMENTS = ['boundary', 'resource_policy', 'endpoint_policy'];
const LISTS = ['identity_policies', 'session_policies'];
const LEVELS = ['scps', 'rcps'];

function* variants(request) {
  for (const name of [...DOCUMENTS, ...LISTS, ...LEVELS]) {
    // Keys and roles always have one; without it the question is another.
    const needed = name === 'resource_policy' && /^(kms|sts):/.test(request.action);
    if (name in request && !needed) yield without(request, name);
  }
  for (const name of LEVELS) yield* lists(request, name, (level) => listVariants(level, documentVariants));
  for (const name of LISTS) yield* lists(request, name, documentVariants);
  for (const name of DOCUMENTS) {
    if (!(name in request)) continue;
    for (const document of documentVariants(request[name])) yield { ...request, [name]: document };
  }
  for (const key of Object.keys(request.context)) yield { ...request, context: without(request.context, key) };
}

function* lists(request, name, variantsOf) {
  if (!(name in request)) return;
  for (const list of listVariants(request[name], variantsOf)) yield { ...request, [name]: list };
}

function* listVariants(list, variantsOf) {
  if (list.length > 1) {
    for (let at = 0; at < list.length; at += 1) yield list.filter((_, other) => other !== at);
  }
  for (let at = 0; at < list.length; at += 1) {
    for (const entry of variantsOf(list[at])) yield list.map((old, other) => (other === at ? entry : old));
  }
}

function* documentVariants(document) {
  if (document.Version === '2008-10-17') yield { ...document, Version: '2012-10-17' };
  for (const statements of listVariants(document.Statement, statementVariants)) yield { ...document, Statement: statements };
}

function* statementVariants(statement) {
  if ('Condition' in statement) {
    yield without(statement, 'Condition');
    for (const condition of conditionVariants(statement.Condition)) yield { ...statement, Condition: condition };
  }
  if ('NotAction' in statement) yield { ...without(statement, 'NotAction'), Action: '*' };
  if ('NotResource' in statement) yield { ...without(statement, 'NotResource'), Resource: '*' };
  for (const name of ['Action', 'Resource']) {
    const value = statement[name];
    if (Array.isArray(value) && value.length > 1) {
      for (const one of value) yield { ...statement, [name]: one };
    }
    if (value !== undefined && value !== '*') yield { ...statement, [name]: '*' };
  }
}

function* conditionVariants(condition) {
  const operators = Object.keys(condition);
  for (const operator of operators) {
    const keys = Object.keys(condition[operator]);
    if (operators.length > 1) yield without(condition, operator);
    for (const key of keys) {
      if (keys.length > 1) yield { ...condition, [operator]: without(condition[operator], key) };
      const values = condition[operator][key];
      if (Array.isArray(values) && values.length > 1) {
        for (const value of values) yield { ...condition, [operator]: { ...condition[operator], [key]: value } };
      }
    }
  }
}

function without(object, name) {
  const { [name]: _, ...rest } = object;
  return rest;
}
