/** The one place that names the signals library. */
export { SignalWatcher, signal, computed, watch } from "@lit-labs/signals";
export type { Signal } from "@lit-labs/signals";
