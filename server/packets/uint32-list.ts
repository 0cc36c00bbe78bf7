// A list of 32-bit numbers that grows: four bytes an item where an array of numbers takes eight or more.

export class Uint32List {
  length = 0;
  private items = new Uint32Array(1024);

  push(value: number): void {
    if (this.length === this.items.length) {
      const larger = new Uint32Array(this.items.length * 2);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.length] = value;
    this.length += 1;
  }

  set(i: number, value: number): void {
    if (i >= this.length) throw new RangeError(`${i} of ${this.length}`);
    this.items[i] = value;
  }

  at(i: number): number {
    const value = i < this.length ? this.items[i] : undefined;
    if (value === undefined) throw new RangeError(`${i} of ${this.length}`);
    return value;
  }
}
