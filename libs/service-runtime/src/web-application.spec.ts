import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { Writable } from 'node:stream';
import { createWebApplication, Metrics, startHealthServer, StartError } from './index.js';
import { createLogger } from './logger.js';

@Controller()
class HelloController {
  @Get('/hello')
  hello(): string {
    return 'hello';
  }
}

@Module({ controllers: [HelloController] })
class HelloModule {}

const quiet = createLogger('hello', 'silent', new Writable({ write: (_c, _e, done) => done() }));
const anywhere = { host: '127.0.0.1', port: 0, bodyLimit: 1000 };

describe('createWebApplication', () => {
  it('serves the module and health, metrics on a port of their own, and closes', async () => {
    let reasons: string[] = ['Postgres does not answer.'];
    const metrics = new Metrics('hello');
    metrics.counter({ name: 'telltale_hello_total', help: 'Hellos' }).inc(3);
    const web = await createWebApplication(HelloModule, quiet, {
      ...anywhere,
      metricsPort: 0,
      metrics,
      notReady: async () => reasons,
    });
    const url = await web.listen();

    expect(await (await fetch(`${url}/hello`)).text()).toBe('hello');
    const headers = (await fetch(`${url}/hello`)).headers;
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const waiting = await fetch(`${url}/health/ready`);
    expect([waiting.status, await waiting.json()]).toEqual([
      503,
      { ready: false, reasons: ['Postgres does not answer.'] },
    ]);
    reasons = [];
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    const inside = web.metricsUrl ?? '';
    expect(await (await fetch(`${inside}/metrics`)).text()).toContain('telltale_hello_total{service="hello"} 3');
    expect((await fetch(`${inside}/health/ready`)).status).toBe(200);
    expect((await fetch(`${inside}/hello`)).status).toBe(404);

    await web.close();
    await web.close();
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    await expect(fetch(`${inside}/health/live`)).rejects.toThrow();
  });

  it('shows metrics nowhere without a port for them', async () => {
    const web = await createWebApplication(HelloModule, quiet, anywhere);
    const url = await web.listen();
    expect([(await fetch(`${url}/metrics`)).status, web.metricsUrl]).toEqual([404, undefined]);
    await web.close();
  });

  it('names the taken port and the variable to change', async () => {
    const first = await createWebApplication(HelloModule, quiet, anywhere);
    const port = Number(new URL(await first.listen()).port);
    const second = await createWebApplication(HelloModule, quiet, { ...anywhere, port });
    const refused: unknown = await second.listen().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartError);
    expect(refused).toMatchObject({
      code: 'PORT_TAKEN',
      message: `Port ${port} is taken by another program. Stop that program or set HTTP_PORT to a free port.`,
    });
    const third = await createWebApplication(HelloModule, quiet, { ...anywhere, metricsPort: port });
    await expect(third.listen()).rejects.toThrow('set METRICS_PORT to a free port');
    await expect(
      startHealthServer(
        { ...anywhere, port, portVariable: 'HEALTH_PORT' },
        { metrics: new Metrics('x'), notReady: async () => [] },
      ),
    ).rejects.toThrow('set HEALTH_PORT to a free port');
    await first.close();
  });
});

describe('startHealthServer', () => {
  it('answers the health paths and nothing else', async () => {
    const server = await startHealthServer(anywhere, {
      metrics: new Metrics('x'),
      notReady: () => Promise.reject(new Error('The check itself failed.')),
    });
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect(await (await fetch(`${server.url}/health/ready`)).json()).toEqual({
      ready: false,
      reasons: ['The check itself failed.'],
    });
    expect((await fetch(`${server.url}/anything`)).status).toBe(404);
    await server.close();
  });
});
