import { once } from "node:events";
import { connect, createServer } from "node:net";
import { expect, it } from "vitest";
import { startRoad } from "./road.ts";

it("the road carries bytes in their order, however busy the process is", async () => {
  const server = createServer((socket) => socket.pipe(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  let turn = 0;
  const uneven = () => (turn++ % 4 === 0 ? 12.3 : 0);
  const road = await startRoad(address.port, uneven, uneven);
  const client = connect(road.port, "127.0.0.1");
  client.setNoDelay(true);
  const sent = Array.from({ length: 150 }, (_, index) => `${index} `);
  let received = "";
  client.setEncoding("utf8").on("data", (text: string) => {
    received += text;
    spin(1.3);
  });
  for (const text of sent) {
    client.write(text);
    spin(0.7);
    await new Promise(setImmediate);
  }
  while (received.length < sent.join("").length) await once(client, "data");
  client.destroy();
  await road.stop();
  server.close();
  expect(received).toBe(sent.join(""));
});

/** The loop's idea of the time grows old. */
function spin(forMs: number): void {
  const untilMs = performance.now() + forMs;
  while (performance.now() < untilMs);
}
