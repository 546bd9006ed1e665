/** `npm run check`: everything that needs no running, in seconds. */
import { runStaticChecks } from "./support/static-checks.ts";

const { failed } = await runStaticChecks();
process.exitCode = failed === 0 ? 0 : 1;
