// Chance that repeats: the same seed gives the same requests on every machine.

/** A small generator of the mulberry32 family; good enough to draw test cases. */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** A number from 0 to 1, 1 excluded. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** True in `share` of all cases. */
  chance(share) {
    return this.next() < share;
  }

  /** A whole number from 0, `below` excluded. */
  below(below) {
    return Math.floor(this.next() * below);
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** One to `most` entries of `list`, each at most once. */
  some(list, most) {
    const left = [...list];
    const taken = [];
    const count = 1 + this.below(Math.min(most, left.length));
    while (taken.length < count) {
      taken.push(left.splice(this.below(left.length), 1)[0]);
    }
    return taken;
  }
}
