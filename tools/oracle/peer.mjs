// The foreign implementation, used as a black box through its published interface.
// It is installed at run time and never part of whocan.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export const PACKAGE = '@cloud-copilot/iam-simulate';
export const VERSION = '0.1.173';

/** Loads the peer from `folder`, into which it is installed first if need be. */
export function loadPeer(folder) {
  if (!existsSync(join(folder, 'node_modules', PACKAGE))) install(folder);
  const require = createRequire(join(folder, 'package.json'));
  return new Peer(require(PACKAGE));
}

function install(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private": true}\n');
  const done = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, `${PACKAGE}@${VERSION}`], { stdio: 'inherit' });
  if (done.status !== 0) throw new Error(`npm could not install ${PACKAGE}@${VERSION}`);
}

class Peer {
  constructor(module) {
    this.module = module;
  }

  /** Returns `allow`, `deny` or `error: ...`, and whether a deny is explicit. */
  async decide(request) {
    const result = await this.module.runSimulation(translate(request), { simulationMode: 'Strict' });
    if (result.resultType === 'error') return { decision: `error: ${JSON.stringify(result.errors)}` };
    const overall = result.overallResult;
    return { decision: overall === 'Allowed' ? 'allow' : 'deny', explicit: overall === 'ExplicitlyDenied' };
  }
}

/** Says the same request in the peer's words. */
export function translate(request) {
  const named = (documents) => (documents ?? []).map((policy, at) => ({ name: `policy${at + 1}`, policy }));
  const leveled = (levels) => (levels ?? []).map((documents, at) => ({ orgIdentifier: `level${at + 1}`, policies: named(documents) }));
  return {
    request: {
      principal: caller(request.principal),
      action: request.action,
      resource: { resource: request.resource, accountId: request.resource_account },
      contextVariables: request.context,
    },
    sessionPolicy: request.session_policies?.[0],
    identityPolicies: named(request.identity_policies),
    serviceControlPolicies: leveled(request.scps),
    resourceControlPolicies: leveled(request.rcps),
    resourcePolicy: request.resource_policy,
    permissionBoundaryPolicies: request.boundary && named([request.boundary]),
    vpcEndpointPolicies: request.endpoint_policy && named([request.endpoint_policy]),
  };
}

function caller(principal) {
  if (principal === 'anonymous') return { type: 'Anonymous' };
  return principal.replace(/^service:/, '');
}
