/** What the server answers over HTTP: the app, its health, and clear refusals. */
import express from "express";
import type { ErrorRequestHandler, Express } from "express";
import helmet from "helmet";
import type { Logger } from "../logger.ts";
import { appPages } from "./app-pages.ts";
import { contentSecurityPolicy } from "./content-security-policy.ts";

export interface HttpAppOptions {
  readonly appDirectory: string;
  readonly stats: () => { readonly connections: number; readonly jams: number; readonly members: number };
  readonly logger: Logger;
}

export function createHttpApp({ appDirectory, stats, logger }: HttpAppOptions): Express {
  const app = express();
  const startedAtMs = performance.now();
  app.use(
    helmet({
      contentSecurityPolicy: false, // our own below
      strictTransportSecurity: false, // the same host may be visited by http on a LAN; a TLS proxy can add it
      crossOriginOpenerPolicy: false, // ignored with a console error on plain http, and there are no popups to keep apart
      originAgentCluster: false, // likewise
    }),
  );
  app.use((_request, response, next) => {
    response.set("Content-Security-Policy", contentSecurityPolicy());
    next();
  });
  app.get("/healthz", (_request, response) => {
    response
      .set("Cache-Control", "no-store")
      .json({ status: "ok", uptimeMs: Math.round(performance.now() - startedAtMs), ...stats() });
  });
  app.all("/ws/:jam", (_request, response) => {
    response.status(426).type("text/plain").set("Upgrade", "websocket").send("This address speaks WebSocket only.\n");
  });
  app.use(appPages(appDirectory));
  app.use((_request, response) => {
    response.status(404).type("text/plain").send("There is nothing at this address. A jam is at /j/ followed by its code.\n");
  });
  const answerError: ErrorRequestHandler = (error: { readonly status?: unknown } | null, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = typeof error?.status === "number" && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (status === 500) logger.error({ err: error }, "request failed");
    response
      .status(status)
      .type("text/plain")
      .send(status === 500 ? "The server failed to answer this.\n" : "The server does not understand this request.\n");
  };
  app.use(answerError);
  return app;
}
