/** Where adapters tell what happened to them: one line of the flight recorder (diagnostics `events`). */
export type FlightLog = (kind: string, details: Readonly<Record<string, unknown>>) => void;
