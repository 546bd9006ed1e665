/** The one place that names the signals library. */
export { SignalWatcher, signal, computed } from "@lit-labs/signals";
export type { Signal } from "@lit-labs/signals";
