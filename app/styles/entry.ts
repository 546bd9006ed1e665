/** A row that stands for a track: in the queue, in the library. */
import { css } from "lit";

export const entryStyles = css`
  .entry {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 0.65rem;
    padding: 0.4rem 0.5rem;
    border-radius: var(--radius-small);
    transition: background-color var(--ease);
  }
  .entry:hover {
    background: color-mix(in srgb, transparent, var(--text) 5%);
  }
  .entry.ghost {
    background: var(--raised);
    opacity: 0.7;
  }
  .entry bt-cover {
    flex: none;
    width: 52px;
    --cover-radius: 10px;
  }
  .words {
    flex: 1;
    min-width: 0;
  }
  .title {
    font-weight: 600;
  }
  .length {
    font-variant-numeric: tabular-nums;
  }
  .ring {
    width: 14px;
    height: 14px;
    border-radius: 50%;
    background: conic-gradient(var(--accent) var(--held), var(--line) 0);
    mask: radial-gradient(circle, transparent 4px, black 4.6px);
  }
  .grip {
    display: grid;
    place-items: center;
    width: 28px;
    height: var(--touch);
    margin: 0 -0.5rem 0 -0.4rem;
    color: var(--quiet);
    cursor: grab;
    touch-action: none;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    flex-basis: 100%;
    justify-content: flex-end;
    gap: 0.35rem;
    padding: 0.5rem 0;
    --button-padding: 0.8em;
  }
  .remove {
    color: var(--danger);
  }
`;
