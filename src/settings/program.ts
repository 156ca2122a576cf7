/** Where the folder is that was shipped with the program: beside the bundle's folder, or beside the sources'. */
import { fileURLToPath } from 'node:url';

/** Put in by the build: the bundle lies in `dist/`, the sources lie one folder deeper. */
declare const KATOD_BUNDLED: boolean | undefined;

const root = typeof KATOD_BUNDLED === 'undefined' ? '../../' : '../';

/** The shipped `config/`: folder with `components/`, `stacks/` and `templates/`. */
export const shippedCatalog: string = fileURLToPath(new URL(`${root}config`, import.meta.url));
