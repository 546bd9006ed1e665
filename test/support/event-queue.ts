/**
 * What will happen when: a calendar. Ten thousand peers have some million events ahead of them, and a heap of all of them
 * is mostly read from main memory. So what is due soon waits in slots of a fraction of a millisecond, unsorted; only the
 * slot whose turn it is goes into a heap, which then fits into the processor's cache.
 */

/** Something that happens at its time. Kept as it is, so that what happens often costs no closure. */
export interface Task {
  run(): void;
}

/** Coarse enough that few slots are empty in a crowd, fine enough that few events are in one, ms. */
const SLOT_MS = 0.25;
/** Four seconds: all but the rarest timers. What is due later waits in a heap. */
const SLOTS = 2 ** 14;
const FIRST_CAPACITY = 256;
const NONE = -1;

export class EventQueue {
  /** Ties are broken in the order of pushing, so that the same seed gives the same trace. */
  #order = 0;
  #count = 0;
  /** All that belongs to the current slot or to those before it. */
  readonly #near = new EventHeap();
  /** All that is due beyond the last slot. */
  readonly #far = new EventHeap();
  #slot = 0;
  /** The first event in each of the slots after the current one, modulo their count. */
  readonly #heads = new Int32Array(SLOTS).fill(NONE);
  /** In slots. */
  #slottedCount = 0;
  /** Of those, field by field: the next in the same slot, or the next free place. */
  #nexts = new Int32Array(FIRST_CAPACITY);
  #times = new Float64Array(FIRST_CAPACITY);
  #orders = new Float64Array(FIRST_CAPACITY);
  readonly #tasks: (Task | null)[] = [];
  #free = NONE;

  get count(): number {
    return this.#count;
  }

  push(atMs: number, task: Task): void {
    if (!Number.isFinite(atMs)) throw new Error(`nothing happens at ${atMs} ms`);
    this.#count++;
    this.#put(atMs, this.#order++, task);
  }

  /** When the next event is due; Infinity where there is none. */
  nextMs(): number {
    if (this.#near.count === 0) this.#turn();
    return this.#near.firstMs;
  }

  /** The next event. */
  pop(): Task | null {
    if (this.#near.count === 0) this.#turn();
    const task = this.#near.pop();
    if (task) this.#count--;
    return task;
  }

  #put(atMs: number, order: number, task: Task): void {
    const slot = Math.floor(atMs / SLOT_MS);
    if (slot <= this.#slot) this.#near.push(atMs, order, task);
    else if (slot < this.#slot + SLOTS) this.#putIntoSlot(slot % SLOTS, atMs, order, task);
    else this.#far.push(atMs, order, task);
  }

  #putIntoSlot(slot: number, atMs: number, order: number, task: Task): void {
    let place = this.#free;
    if (place === NONE) {
      place = this.#tasks.push(task) - 1;
      if (place === this.#times.length) this.#grow();
    } else {
      this.#free = this.#nexts[place] ?? NONE;
      this.#tasks[place] = task;
    }
    this.#times[place] = atMs;
    this.#orders[place] = order;
    this.#nexts[place] = this.#heads[slot] ?? NONE;
    this.#heads[slot] = place;
    this.#slottedCount++;
  }

  /** On to the next slot with something in it. */
  #turn(): void {
    while (this.#near.count === 0 && (this.#slottedCount > 0 || this.#far.count > 0)) {
      // Nothing is left that is due before the last slot: no need to look into each.
      if (this.#slottedCount === 0) this.#slot = Math.floor(this.#far.firstMs / SLOT_MS);
      else this.#slot++;
      while (this.#far.firstMs < (this.#slot + SLOTS) * SLOT_MS) {
        const { firstMs, firstOrder } = this.#far;
        const task = this.#far.pop();
        if (task) this.#put(firstMs, firstOrder, task);
      }
      this.#open(this.#slot % SLOTS);
    }
  }

  #open(slot: number): void {
    let place = this.#heads[slot] ?? NONE;
    this.#heads[slot] = NONE;
    while (place !== NONE) {
      const task = this.#tasks[place];
      if (task) this.#near.push(this.#times[place] ?? 0, this.#orders[place] ?? 0, task);
      this.#tasks[place] = null;
      const next = this.#nexts[place] ?? NONE;
      this.#nexts[place] = this.#free;
      this.#free = place;
      place = next;
      this.#slottedCount--;
    }
  }

  #grow(): void {
    const size = 2 * this.#times.length;
    const nexts = new Int32Array(size);
    nexts.set(this.#nexts);
    this.#nexts = nexts;
    this.#times = grown(this.#times, size);
    this.#orders = grown(this.#orders, size);
  }
}

/** Binary, earliest first, field by field. */
class EventHeap {
  #times = new Float64Array(FIRST_CAPACITY);
  #orders = new Float64Array(FIRST_CAPACITY);
  readonly #tasks: Task[] = [];

  get count(): number {
    return this.#tasks.length;
  }

  /** Infinity where there is none. */
  get firstMs(): number {
    return this.#tasks.length === 0 ? Infinity : (this.#times[0] ?? 0);
  }

  get firstOrder(): number {
    return this.#orders[0] ?? 0;
  }

  push(atMs: number, order: number, task: Task): void {
    const tasks = this.#tasks;
    let place = tasks.push(task) - 1;
    if (place === this.#times.length) this.#grow();
    const times = this.#times;
    const orders = this.#orders;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (isBefore(times, orders, above, atMs, order)) break;
      times[place] = times[above] ?? 0;
      orders[place] = orders[above] ?? 0;
      tasks[place] = tasks[above] ?? task;
      place = above;
    }
    times[place] = atMs;
    orders[place] = order;
    tasks[place] = task;
  }

  pop(): Task | null {
    const tasks = this.#tasks;
    const first = tasks[0] ?? null;
    const task = tasks.pop();
    const count = tasks.length;
    if (!task || count === 0) return first;
    const times = this.#times;
    const orders = this.#orders;
    const atMs = times[count] ?? 0;
    const order = orders[count] ?? 0;
    let place = 0;
    for (let child = 1; child < count; child = 2 * place + 1) {
      if (child + 1 < count && isBefore(times, orders, child + 1, times[child] ?? 0, orders[child] ?? 0)) child++;
      if (!isBefore(times, orders, child, atMs, order)) break;
      times[place] = times[child] ?? 0;
      orders[place] = orders[child] ?? 0;
      tasks[place] = tasks[child] ?? task;
      place = child;
    }
    times[place] = atMs;
    orders[place] = order;
    tasks[place] = task;
    return first;
  }

  #grow(): void {
    const size = 2 * this.#times.length;
    this.#times = grown(this.#times, size);
    this.#orders = grown(this.#orders, size);
  }
}

function isBefore(times: Float64Array, orders: Float64Array, place: number, atMs: number, order: number): boolean {
  const placeMs = times[place] ?? 0;
  return placeMs < atMs || (placeMs === atMs && (orders[place] ?? 0) < order);
}

function grown(former: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(size);
  next.set(former);
  return next;
}
