/**
 * Property tests draw the same values on every run, so that a change fails for what it did and not by luck.
 * `PROPERTY_SEED=random npm test` looks further; a failure prints its seed, and that number replays it.
 */
import fc from "fast-check";

const wanted = process.env["PROPERTY_SEED"] ?? "20261122";
fc.configureGlobal(wanted === "random" ? {} : { seed: Number(wanted) });
