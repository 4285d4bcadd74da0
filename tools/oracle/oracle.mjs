// Compares whocan with a foreign implementation of IAM's evaluation on random requests.
//
//   node tools/oracle/oracle.mjs [--whocan PATH] [--requests N] [--seed N] [--folder DIR] [--show KIND]
//
// Ends with 0 if every disagreement is of a kind that docs/oracle.md decides, else with 1.
// The peer is a test tool, installed into a folder outside version control.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { known } from './known.mjs';
import { PACKAGE, VERSION, loadPeer } from './peer.mjs';
import { Random } from './random.mjs';
import { request } from './request.mjs';
import { shrink } from './shrink.mjs';
import { Whocan } from './whocan.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
// Asked at once; the answers come in order.
const BATCH = 200;

const { values: options } = parseArgs({
  options: {
    whocan: { type: 'string', default: join(ROOT, 'target', 'release', 'whocan') },
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string', default: join(ROOT, 'target', 'oracle') },
    show: { type: 'string' },
  },
});

const peer = loadPeer(options.folder);
const whocan = new Whocan(options.whocan);
const tally = new Tally();
const random = new Random(Number(options.seed));
for (let done = 0; done < Number(options.requests); done += BATCH) {
  const count = Math.min(BATCH, Number(options.requests) - done);
  const batch = Array.from({ length: count }, (_, at) => request(random, done + at));
  const both = await Promise.all(batch.map(decideTwice));
  for (let at = 0; at < count; at += 1) await tally.add(batch[at], both[at]);
}
whocan.stop();
tally.print();
process.exitCode = tally.news === 0 ? 0 : 1;

async function decideTwice(request) {
  const [ours, theirs] = await Promise.all([whocan.decide(request), peer.decide(request)]);
  return { ours, theirs };
}

function differ({ ours, theirs }) {
  return ours.decision !== theirs.decision || Boolean(ours.explicit) !== Boolean(theirs.explicit);
}

/** `allow/deny!`: ours, theirs, with a mark for explicit denies. */
function outcome({ ours, theirs }) {
  const word = ({ decision, explicit }) => `${decision}${explicit ? '!' : ''}`;
  return `${word(ours)}/${word(theirs)}`;
}

/** Counts agreement and the kinds of disagreement. */
function Tally() {
  this.same = new Map();
  this.kinds = new Map();
  this.news = 0;
  const count = (map, name) => map.set(name, (map.get(name) ?? 0) + 1);
  const sorted = (map) => [...map].sort(([one], [other]) => (one < other ? -1 : 1));

  this.add = async (request, both) => {
    const before = outcome(both);
    if (!differ(both)) return count(this.same, before);
    const small = await shrink(request, async (variant) => outcome(await decideTwice(variant)) === before);
    const name = known(small, both.ours, both.theirs);
    count(this.kinds, `${name ?? 'NEW'} ${before}`);
    if (name === undefined) this.news += 1;
    if (name === undefined || name === options.show) console.log(`${name ?? 'NEW'} ${before} ${JSON.stringify(small)}`);
  };

  this.print = () => {
    console.log(`whocan against ${PACKAGE} ${VERSION}: ${options.requests} requests, seed ${options.seed}`);
    for (const [name, times] of sorted(this.same)) console.log(`  agree  ${name}: ${times}`);
    for (const [name, times] of sorted(this.kinds)) console.log(`  differ ${name}: ${times}`);
  };
}
