/** Quiet buttons beneath the seek bar: as small as its times, and as easy to hit as any other. */
import { css } from "lit";

export const beneathStyles = css`
  .beneath {
    position: relative;
    display: inline-flex;
    align-items: center;
    gap: 0.45em;
    min-height: var(--touch);
    margin-block: -12px;
    padding: 0 0.5em;
    border: 0;
    background: none;
    color: var(--quiet);
    font: inherit;
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
    cursor: pointer;
    touch-action: manipulation;
    transition: color var(--ease);
  }
  .beneath:hover {
    color: var(--text);
  }
  .beneath:focus-visible {
    outline: none;
  }
  /* Around the words, not around all that can be hit. */
  .beneath:focus-visible::after {
    content: "";
    position: absolute;
    inset: 8px -1px;
    border: 3px solid var(--accent);
    border-radius: var(--radius-small);
  }
`;
