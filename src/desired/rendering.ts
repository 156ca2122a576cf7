/** What all definitions of a node are rendered with, and how their problems are told. */
import type { Stack } from '../catalog/stack.js';
import type { Scope } from '../catalog/template.js';
import type { Path } from '../catalog/yaml.js';
import type { Accepted, Parameters } from './accepted.js';
import type { ClusterView, Forming } from './ensemble-view.js';
import type { StoreWords } from './key-text.js';

export interface Rendering {
  readonly node: string;
  readonly stack: Stack;
  readonly accepted: Accepted;
  readonly params: Parameters;
  readonly scope: Scope;
  readonly view: ClusterView;
  readonly forming: Forming;
  readonly words: StoreWords;
}

/** Notes a problem at a path of the definition's document; the empty path is the definition as a whole. */
export type Tell = (path: Path, message: string) => void;
