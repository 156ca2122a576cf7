/** The check `http`: the status of one GET, and if asked for one value of its JSON. Redirects are not followed. */
// node:http and not fetch: the server needs it anyway, while fetch loads undici and refuses a list of "bad" ports.
import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { type Answer, answer, faultWords, firstLine, READ_LIMIT } from './answer.js';
import { equalsText, parseJsonPath, readMember } from './json-path.js';
import type { ProbeCheck } from './probe.js';

type HttpCheck = Extract<ProbeCheck, { kind: 'http' }>;

/** One for all: `agent: false` would make one for each request. */
const WITHOUT_POOL = new Agent({ keepAlive: false });

/**
 * A certificate is not verified: the probe asks a component of this host by address, under which hardly any
 * certificate is issued. Settles at the latest when the signal fires, and never rejects.
 */
export async function checkHttp(check: HttpCheck, signal: AbortSignal): Promise<Answer> {
  if (!URL.canParse(check.url)) return answer(false, `not a URL: ${check.url}`);
  const url = new URL(check.url);
  // Neither the query nor a password belongs into a report.
  const where = `${url.host}${url.pathname}`;
  try {
    const response = await get(url, signal);
    try {
      return await judge(check, response);
    } finally {
      response.destroy();
    }
  } catch (fault) {
    return answer(false, `${where}: ${faultWords(signal.aborted ? signal.reason : fault)}`);
  }
}

async function get(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error('only http and https are probed');
  const request = url.protocol === 'https:' ? (await import('node:https')).request : requestHttp;
  return new Promise((resolve, reject) => {
    const options = {
      agent: url.protocol === 'https:' ? (false as const) : WITHOUT_POOL,
      headers: { 'user-agent': 'katod', accept: '*/*' },
      rejectUnauthorized: false,
      signal,
    };
    request(url, options, (response) => {
      // An abort or reset in the middle of the body must find a listener also when nobody reads any more.
      response.on('error', () => response.destroy());
      resolve(response);
    })
      .on('error', reject)
      .on('upgrade', (_response, socket) => {
        socket.destroy();
        reject(new Error('it wants to switch protocols'));
      })
      .end();
  });
}

async function judge(check: HttpCheck, response: IncomingMessage): Promise<Answer> {
  const status = response.statusCode ?? 0;
  if (status !== check.expect) {
    const { text } = await readBody(response);
    const words = firstLine(text);
    return answer(false, `HTTP ${status}, expected ${check.expect}${words === '' ? '' : `: ${words}`}`);
  }
  if (check.json === undefined) return answer(true, `HTTP ${status}`);
  const path = parseJsonPath(check.json.path);
  if (path === null) return answer(false, `not a path of plain members: ${check.json.path}`);
  const { text, end } = await readBody(response);
  if (end === 'limit') return answer(false, `HTTP ${status}, the body is larger than ${READ_LIMIT} bytes`);
  if (end === 'cut') return answer(false, `HTTP ${status}, the body did not arrive whole`);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return answer(false, `HTTP ${status}, the body is not JSON: ${firstLine(text)}`);
  }
  const value = readMember(body, path);
  if (value === undefined) return answer(false, `HTTP ${status}, no ${check.json.path} in the body`);
  const shown = `${check.json.path} is ${JSON.stringify(value)}`;
  if (equalsText(value, check.json.equals)) return answer(true, shown);
  return answer(false, `${shown}, expected ${check.json.equals}`);
}

interface Body {
  readonly text: string;
  readonly end: 'whole' | 'limit' | 'cut';
}

async function readBody(response: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  let end: Body['end'] = 'whole';
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > READ_LIMIT) {
        end = 'limit';
        break;
      }
    }
  } catch {
    end = 'cut';
  }
  return { text: Buffer.concat(chunks).subarray(0, READ_LIMIT).toString('utf8'), end };
}
