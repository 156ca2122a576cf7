/** Asks a URL again and again, each time on a connection of its own: `ok BODY` or `failed WHY`, a line for each answer. */
import { get } from 'node:http';

/** Milliseconds between two requests. */
const EVERY = 25;
/** Milliseconds that an answer may take. */
const PATIENCE = 10_000;

const [url = ''] = process.argv.slice(2);

function ask() {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(PATIENCE) }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('error', (error) => resolve(`failed ${error.message}`));
      response.on('end', () => {
        resolve(response.statusCode === 200 ? `ok ${body}` : `failed ${response.statusCode}`);
      });
    });
    request.on('error', (error) => resolve(`failed ${error.message}`));
  });
}

for (;;) {
  process.stdout.write(`${await ask()}\n`);
  await new Promise((resolve) => {
    setTimeout(resolve, EVERY);
  });
}
