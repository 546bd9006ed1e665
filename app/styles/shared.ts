/** What elements have in common: resetting, text, and the few controls that everything is built from. */
import { css } from "lit";

const reset = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h1,
  h2,
  h3 {
    line-height: 1.15;
    letter-spacing: -0.015em;
    text-wrap: balance;
  }
  h2 {
    font-size: 1.125rem;
  }
  a {
    color: inherit;
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  .quiet {
    color: var(--quiet);
  }
  .small {
    font-size: 0.875rem;
  }
  .cut {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  /* Read aloud, not shown. */
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    padding: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
    border: 0;
  }
`;

const buttons = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5em;
    min-height: var(--touch);
    min-width: var(--touch);
    padding: 0.5em var(--button-padding, 1.1em);
    border: 0;
    border-radius: 999px;
    background: var(--raised);
    color: var(--text);
    font: inherit;
    font-weight: 600;
    line-height: 1.2;
    text-decoration: none;
    cursor: pointer;
    touch-action: manipulation;
    transition:
      background-color var(--ease),
      transform var(--ease),
      opacity var(--ease);
  }
  .button:hover {
    background: color-mix(in srgb, var(--raised), var(--text) 8%);
  }
  .button:active {
    transform: scale(0.97);
  }
  .button:is(:disabled, [aria-disabled="true"]) {
    opacity: 0.45;
    cursor: default;
    transform: none;
  }
  .button.primary {
    background: var(--honey);
    color: var(--on-honey);
  }
  .button.primary:hover:not(:disabled) {
    background: var(--honey-bright);
  }
  .button.plain {
    background: none;
    color: var(--quiet);
  }
  .button.plain:hover:not(:disabled) {
    background: color-mix(in srgb, transparent, var(--text) 8%);
    color: var(--text);
  }
  .button.round {
    width: var(--touch);
    height: var(--touch);
    padding: 0;
    flex: none;
  }
  .button svg {
    flex: none;
  }
  @media (prefers-reduced-motion: reduce) {
    .button:active {
      transform: none;
    }
  }
`;

const fields = css`
  .field {
    display: grid;
    gap: 0.35rem;
    font-weight: 600;
    font-size: 0.9375rem;
  }
  input[type="text"] {
    width: 100%;
    min-height: 52px;
    padding: 0.6rem 1rem;
    border: 1.5px solid var(--control-line);
    border-radius: var(--radius-small);
    background: var(--page);
    color: var(--text);
    /* Below 16 px iOS zooms into the field. */
    font: inherit;
    font-size: 1.0625rem;
    font-weight: 500;
  }
  input[type="text"]::placeholder {
    color: var(--quiet);
    opacity: 1;
    font-weight: 400;
  }
  .problem {
    color: var(--danger);
    font-weight: 500;
    font-size: 0.9375rem;
  }
`;

const cards = css`
  .card {
    padding: clamp(1rem, 4vw, 1.25rem);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--card);
  }
`;

export const shared = [reset, buttons, fields, cards];
