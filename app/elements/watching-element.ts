/** A LitElement that renders anew when a signal that it read changes. */
import { LitElement } from "lit";
import { SignalWatcher } from "../state/signals.ts";

export class WatchingElement extends SignalWatcher(LitElement) {}
