/** Our own icons, 24 units square, drawn with the text's colour. Decoration: the control says its name itself. */
import { svg } from "lit";
import type { SVGTemplateResult } from "lit";

const stroked = (paths: SVGTemplateResult): SVGTemplateResult =>
  svg`<svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${paths}</svg>`;

const filled = (paths: SVGTemplateResult): SVGTemplateResult =>
  svg`<svg viewBox="0 0 24 24" width="22" height="22" fill="currentColor" aria-hidden="true">${paths}</svg>`;

export const icons = {
  play: filled(svg`<path d="M7 4.6c0-1 1.1-1.7 2-1.1l11 7.3c.8.5.8 1.8 0 2.3L9 20.5c-.9.6-2 0-2-1.1z" />`),
  pause: filled(
    svg`<rect x="5.5" y="4" width="4.6" height="16" rx="1.6" /><rect x="13.9" y="4" width="4.6" height="16" rx="1.6" />`,
  ),
  next: filled(
    svg`<path d="M5 5.4c0-1 1-1.5 1.8-1l9 6.6c.6.5.6 1.5 0 2l-9 6.6c-.8.5-1.8 0-1.8-1z" /><rect x="16.8" y="4.4" width="2.8" height="15.2" rx="1.4" />`,
  ),
  plus: stroked(svg`<path d="M12 5v14M5 12h14" />`),
  close: stroked(svg`<path d="M6 6l12 12M18 6L6 18" />`),
  up: stroked(svg`<path d="M6 14l6-6 6 6" />`),
  down: stroked(svg`<path d="M6 10l6 6 6-6" />`),
  grip: filled(
    svg`<circle cx="9" cy="6" r="1.6" /><circle cx="15" cy="6" r="1.6" /><circle cx="9" cy="12" r="1.6" /><circle cx="15" cy="12" r="1.6" /><circle cx="9" cy="18" r="1.6" /><circle cx="15" cy="18" r="1.6" />`,
  ),
  more: filled(svg`<circle cx="5.5" cy="12" r="1.9" /><circle cx="12" cy="12" r="1.9" /><circle cx="18.5" cy="12" r="1.9" />`),
  invite: stroked(
    svg`<circle cx="10" cy="8" r="3.6" /><path d="M3.5 20c.4-3.8 3-6 6.5-6s6.1 2.2 6.5 6M18.5 6.5v6M15.5 9.5h6" />`,
  ),
  share: stroked(svg`<path d="M12 15V4M8 7.5L12 3.5l4 4M5 13v5.5A1.5 1.5 0 006.5 20h11a1.5 1.5 0 001.5-1.5V13" />`),
  copy: stroked(
    svg`<rect x="9" y="9" width="11" height="11" rx="2.5" /><path d="M15 5.5A1.5 1.5 0 0013.5 4H5.5A1.5 1.5 0 004 5.5v8A1.5 1.5 0 005.5 15" />`,
  ),
  done: stroked(svg`<path d="M5 12.5l4.5 4.5L19 7.5" />`),
  sound: stroked(svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 010 6M18 6.5a8 8 0 010 11" />`),
  muted: stroked(svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5" />`),
  shelf: stroked(svg`<path d="M5 4v16M9.5 4v16M14 4.5l5 15M3 20h18" />`),
  pulse: stroked(svg`<path d="M3 12h4l2.5-7 5 14L17 12h4" />`),
  settings: stroked(
    svg`<path d="M4 7h9M19 7h1M4 17h1M11 17h9" /><circle cx="16" cy="7" r="2.6" /><circle cx="8" cy="17" r="2.6" />`,
  ),
  leave: stroked(svg`<path d="M14 4H7a2 2 0 00-2 2v12a2 2 0 002 2h7M10.5 12H21M17.5 8.5L21 12l-3.5 3.5" />`),
  note: stroked(svg`<path d="M9 17.5V5.5l10-2v12" /><circle cx="6.5" cy="17.5" r="2.5" /><circle cx="16.5" cy="15.5" r="2.5" />`),
  install: stroked(svg`<path d="M12 3.5v11M8 10.5l4 4 4-4M4.5 19.5h15" />`),
  bin: stroked(svg`<path d="M4.5 7h15M10 4h4M6.5 7l.8 12a1.5 1.5 0 001.5 1.4h6.4a1.5 1.5 0 001.5-1.4L17.5 7" />`),
} satisfies Record<string, SVGTemplateResult>;

/** The record made of pieces: five have arrived, the sixth is on its way. Also in public/icon.svg. */
export const logo = svg`<svg viewBox="0 0 64 64" width="36" height="36" aria-hidden="true">
  <circle cx="32" cy="32" r="22" fill="none" stroke="var(--text)" stroke-width="10" pathLength="60" stroke-dasharray="8 2 8 2 8 2 8 2 8 12" transform="rotate(-24 32 32)" />
  <circle cx="32" cy="32" r="22" fill="none" stroke="var(--honey)" stroke-width="10" pathLength="60" stroke-dasharray="8 52" stroke-dashoffset="-50" transform="rotate(-24 32 32)" />
  <circle cx="32" cy="32" r="7" fill="var(--honey)" />
</svg>`;
