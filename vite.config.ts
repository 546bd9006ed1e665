/** The app's build and dev server, and the three test projects: in Node, in a real browser, and end to end. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";
import { CHROMIUM_ARGS, findChromium } from "./test/support/chromium.ts";

const repository = fileURLToPath(new URL(".", import.meta.url));
const executablePath = findChromium();
const { version } = JSON.parse(readFileSync(`${repository}package.json`, "utf8")) as { version: string };
/** No test fails because its machine is slow: a limit is there only so that a test that hangs says so. */
const PATIENCE = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } };
/** Where `npm run dev` finds our own server. */
const serverPort = process.env["PORT"] ?? "8000";

/** The installable app: its manifest, and the service worker with the list of files that it keeps. */
const pwa = VitePWA({
  strategies: "injectManifest",
  srcDir: "../sw",
  filename: "service-worker.ts",
  injectRegister: false, // app/pwa.ts registers it
  includeManifestIcons: false, // the pattern below has them
  injectManifest: { globPatterns: ["**/*.{html,js,css,svg,png}"], globIgnores: ["screenshots/**"], rollupFormat: "iife" },
  manifest: {
    id: "/",
    name: "BeatTorrent",
    short_name: "BeatTorrent",
    description: "Listen together: the same song at the same moment, passed from browser to browser.",
    start_url: "/",
    scope: "/",
    display: "standalone",
    background_color: "#0f1e1a",
    theme_color: "#0f1e1a",
    categories: ["music", "social"],
    screenshots: [
      { src: "/screenshots/desktop.png", sizes: "1280x800", type: "image/png", form_factor: "wide", label: "A jam on a desktop" },
      { src: "/screenshots/phone.png", sizes: "780x1688", type: "image/png", form_factor: "narrow", label: "A jam on a phone" },
    ],
    icons: [
      { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
      { src: "/icon-512.png", sizes: "512x512", type: "image/png" },
      { src: "/icon-maskable-192.png", sizes: "192x192", type: "image/png", purpose: "maskable" },
      { src: "/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
      { src: "/icon.svg", sizes: "any", type: "image/svg+xml" },
    ],
  },
});

export default defineConfig({
  root: "app",
  define: { "import.meta.env.VITE_APP_VERSION": JSON.stringify(version) },
  plugins: [pwa],
  build: { outDir: "../dist/app", emptyOutDir: true, target: "es2023" },
  server: {
    proxy: { "/ws": { target: `ws://localhost:${serverPort}`, ws: true }, "/healthz": `http://localhost:${serverPort}` },
  },
  test: {
    root: repository,
    slowTestThreshold: 30_000,
    projects: [
      {
        root: repository,
        test: {
          name: "node",
          ...PATIENCE,
          setupFiles: "test/support/properties.ts",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.browser.test.ts", "test/e2e/**"],
        },
      },
      {
        root: repository,
        test: {
          name: "browser",
          ...PATIENCE,
          include: ["test/**/*.browser.test.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { ...(executablePath && { executablePath }), args: [...CHROMIUM_ARGS] } }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
      {
        root: repository,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.e2e.test.ts"],
          ...PATIENCE,
          fileParallelism: false,
          isolate: false, // one worker for all files: nothing is loaded twice
          globalSetup: "test/support/build-app.ts",
        },
      },
    ],
  },
});
