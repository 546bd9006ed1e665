/** What the server answers over HTTP. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, afterAll, describe, expect, test } from "vitest";
import { alice } from "../support/people.ts";
import { startTestServer } from "./test-server.ts";

const inlineScript = 'window.TURN_SERVER_URL = "turn:turn.example.org";';
let appDirectory: string;

beforeAll(async () => {
  appDirectory = await mkdtemp(join(tmpdir(), "beattorrent-app-"));
  await mkdir(join(appDirectory, "assets"));
  await writeFile(
    join(appDirectory, "index.html"),
    `<!doctype html><script>${inlineScript}</script><script src="/x.js"></script><bt-app></bt-app>`,
  );
  await writeFile(join(appDirectory, "sw.js"), "// worker");
  await writeFile(join(appDirectory, ".secret"), "not to be served");
  await writeFile(join(appDirectory, "assets", "main-B1x2_c3D.js"), "// app");
});
afterAll(() => rm(appDirectory, { recursive: true }));

describe("the app", () => {
  test.each(["/", "/j/jam1", "/j/Mellow-Otter-42"])("%s is the app's page, checked for freshness each time", async (path) => {
    const { port } = await startTestServer({ appDirectory });
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/html/);
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(await response.text()).toContain("<bt-app>");
  });

  test.each([
    ["/assets/main-B1x2_c3D.js", "public, max-age=31536000, immutable"],
    ["/sw.js", "no-cache"],
  ])("%s is served with caching %s", async (path, caching) => {
    const { port } = await startTestServer({ appDirectory });
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe(caching);
  });

  test("not being built is said in a sentence, and signalling works all the same", async () => {
    const server = await startTestServer({ appDirectory: join(appDirectory, "nowhere") });
    const response = await fetch(`http://127.0.0.1:${server.port}/j/jam1`);
    expect(response.status).toBe(503);
    expect(await response.text()).toMatch(/not built yet.*npm start/);
    await server.connect().join(alice);
  });

  test("may run only its own scripts, and load what it needs over plain http as well", async () => {
    const { port } = await startTestServer({ appDirectory });
    const { headers } = await fetch(`http://127.0.0.1:${port}/`);
    const policy = headers.get("content-security-policy") ?? "";
    const hash = createHash("sha256").update(inlineScript).digest("base64");
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
    expect(policy).toMatch(/media-src 'self' blob:;/);
    expect(policy).toMatch(/img-src 'self' blob: data:;/);
    expect(policy).toMatch(/connect-src 'self' ws: wss:;/);
    expect(policy).not.toContain("upgrade-insecure-requests");
    expect(headers.get("strict-transport-security")).toBeNull();
  });
});

describe("everything else", () => {
  test.each(["/nothing", "/j/", "/j/jam1/deeper", "/assets/gone-12345678.js", "/.secret", "/..%2f..%2fpackage.json"])(
    "%s is answered with a clear 404",
    async (path) => {
      const { port } = await startTestServer({ appDirectory });
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      expect(response.status).toBe(404);
      expect(await response.text()).toMatch(/nothing at this address/);
      expect(response.headers.get("content-security-policy")).toMatch(/script-src 'self';/);
    },
  );

  test("somebody who mistyped an address gets the app's page, and a program is told 404", async () => {
    const { port } = await startTestServer({ appDirectory });
    const response = await fetch(`http://127.0.0.1:${port}/jam`, { headers: { Accept: "text/html,*/*;q=0.8" } });
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toMatch(/text\/html/);
  });

  test("a path that cannot be decoded is the client's mistake", async () => {
    const { port } = await startTestServer({ appDirectory });
    expect((await fetch(`http://127.0.0.1:${port}/j/%E0%A4%A`)).status).toBe(400);
  });

  test("/healthz tells how the server is, and nobody caches it", async () => {
    const server = await startTestServer();
    await server.connect().join(alice);
    const response = await fetch(`http://127.0.0.1:${server.port}/healthz`);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({ status: "ok", uptimeMs: expect.any(Number), connections: 1, jams: 1, members: 1 });
  });

  test("/ws/:jam without an upgrade says what it speaks", async () => {
    const { port } = await startTestServer();
    expect((await fetch(`http://127.0.0.1:${port}/ws/jam1`)).status).toBe(426);
  });

  test("an upgrade elsewhere is answered with 404", async () => {
    const { port } = await startTestServer();
    const status = await new Promise((resolve, reject) => {
      const headers = { connection: "upgrade", upgrade: "websocket" };
      request({ port, host: "127.0.0.1", path: "/elsewhere", headers }, (response) => resolve(response.statusCode))
        .on("error", reject)
        .end();
    });
    expect(status).toBe(404);
  });
});
