/** A labelled switch: the whole row turns it. */
import { css } from "lit";

export const switchStyles = css`
  .switch {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
    min-height: var(--touch);
    font-weight: 600;
    cursor: pointer;
  }
  .switch input {
    appearance: none;
    flex: none;
    width: 52px;
    height: 32px;
    margin: 0;
    border-radius: 16px;
    background: radial-gradient(circle at 16px 50%, var(--card) 11px, transparent 12px) var(--control-line);
    cursor: pointer;
    transition: background-color var(--ease);
  }
  .switch input:checked {
    background: radial-gradient(circle at 36px 50%, var(--card) 11px, transparent 12px) var(--accent);
  }
`;
