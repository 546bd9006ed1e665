/** The built app: its page at `/` and `/j/:jam`, its files, and its page again for an address that leads nowhere. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import express from "express";
import type { Request, Response, Router } from "express";
import { contentSecurityPolicy, findInlineScripts } from "./content-security-policy.ts";

const NOT_BUILT =
  'The app is not built yet, so there is nothing to show here. Run "npm start", which builds and serves it, or "npm run dev" and open the address that it prints.\n';

export function appPages(appDirectory: string): Router {
  const router = express.Router();
  const sendPage = async (response: Response, status: number) => {
    // Read each time: it is small, and a new build or an operator's edit counts at once.
    const html = await readFile(join(appDirectory, "index.html"), "utf8").catch(nullWhereMissing);
    if (html === null) {
      response.status(503).type("text/plain").set("Cache-Control", "no-store").send(NOT_BUILT);
      return;
    }
    response.set("Content-Security-Policy", contentSecurityPolicy(findInlineScripts(html)));
    response.status(status).set("Cache-Control", "no-cache").type("html").send(html);
  };
  router.get(["/", "/index.html", "/j/:jam"], (_request, response) => sendPage(response, 200));
  router.use(express.static(appDirectory, { index: false, redirect: false, cacheControl: false, setHeaders: setCaching }));
  router.get("/{*path}", async (request, response, next) => {
    if (isLostPerson(request)) await sendPage(response, 404);
    else next();
  });
  return router;
}

/** Somebody who mistyped an address, and not a program that asks for a file. */
function isLostPerson(request: Request): boolean {
  return /\btext\/html\b/.test(request.get("Accept") ?? "");
}

/** Vite puts a hash of the content into the names in assets/; everything else may change under its name. */
function setCaching(response: Response, path: string): void {
  const isHashed = /[\\/]assets[\\/][^\\/]+-[A-Za-z0-9_-]{8,}\.[a-z0-9.]+$/.test(path);
  response.set("Cache-Control", isHashed ? "public, max-age=31536000, immutable" : "no-cache");
}

function nullWhereMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
  throw error;
}
