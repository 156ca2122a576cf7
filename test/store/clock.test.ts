/** A guard: the store goes by the monotonic clock alone, so that a time of day that is set harms nothing. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const room = join(import.meta.dirname, '../../src/store');

t.test('no file asks for the time of day', async (t) => {
  const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  t.ok(files.length > 20);
  for (const file of files) {
    t.notMatch(
      readFileSync(join(room, file), 'utf8'),
      /Date\.now|new Date\(\)|Date\(\)|deadline: *new Date/,
      file,
    );
  }
});
