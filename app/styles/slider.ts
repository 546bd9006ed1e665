/** A range input that is nothing but its thumb, as wide as `--thumb`, in a `.bar` on a `.rail` that its owner colours. */
import { css } from "lit";

export const sliderStyles = css`
  .bar {
    display: grid;
    align-items: center;
    height: var(--touch);
  }
  .rail,
  input {
    grid-area: 1 / 1;
  }
  .rail {
    height: 6px;
    border-radius: 3px;
  }
  input {
    appearance: none;
    width: 100%;
    height: 100%;
    margin: 0;
    background: none;
    cursor: pointer;
    touch-action: pan-y;
  }
  input::-webkit-slider-thumb {
    appearance: none;
    width: var(--thumb);
    height: var(--thumb);
    border: 3px solid var(--card);
    border-radius: 50%;
    background: var(--accent);
    box-shadow: 0 0 0 1px var(--accent);
  }
  /* Firefox counts the border besides. */
  input::-moz-range-thumb {
    width: calc(var(--thumb) - 6px);
    height: calc(var(--thumb) - 6px);
    border: 3px solid var(--card);
    border-radius: 50%;
    background: var(--accent);
    box-shadow: 0 0 0 1px var(--accent);
  }
  input::-moz-range-track {
    background: none;
  }
`;
