// whocan as a process that answers one request after the other.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A running `whocan simulate`. */
export class Whocan {
  constructor(binary) {
    this.process = spawn(binary, ['simulate', '--requests', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.waiting = [];
    createInterface({ input: this.process.stdout }).on('line', (line) => this.waiting.shift()(JSON.parse(line)));
  }

  /** Returns the answer to one request; requests may be asked side by side. */
  decide(request) {
    return new Promise((resolve) => {
      this.waiting.push((answer) => resolve(plain(answer)));
      this.process.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  stop() {
    this.process.stdin.end();
  }
}

function plain(answer) {
  if ('error' in answer) return { decision: `error: ${answer.error}` };
  return answer;
}
