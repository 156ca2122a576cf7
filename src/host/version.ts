/** The agent's own version: out of package.json, which the bundler takes in. */
import manifest from '../../package.json' with { type: 'json' };

export const version: string = manifest.version;
