/** One definition rendered for this node: what it comes to, or all that is wrong with it. */
import { type Budget, FILE_STEPS, openBudget } from '../catalog/budget.js';
import { type DefinitionText, definitionSchema } from '../catalog/definition.js';
import { check } from '../catalog/issues.js';
import type { Definition } from '../catalog/read-definition.js';
import { renderTemplate } from '../catalog/template.js';
import type { ScopeUse } from '../catalog/template-names.js';
import { type Path, pathText, placeOf } from '../catalog/yaml.js';
import type { Problem, Wanted } from './desired.js';
import { ensembleList } from './ensemble-view.js';
import { ensembleWait } from './ensemble-wait.js';
import type { GivenFile } from './files.js';
import { imageIn, imageOf } from './image.js';
import { bare, imageParameter } from './parameters.js';
import { flawText, foundText } from './refusal.js';
import { renderDocument } from './render.js';
import type { Rendering, Tell } from './rendering.js';
import { contradictions } from './shape.js';
import { specOf } from './spec.js';

const schema = definitionSchema(true);

/** Null: its `when` leaves it out. */
export function renderComponent(definition: Definition, given: Rendering): Wanted | null {
  const { name } = definition;
  const rendering = withOwnEnsemble(name, given);
  const problems: Problem[] = [];
  const budget = openBudget();
  const tell: Tell = (path, message) =>
    void problems.push({
      place: placeOf(definition.places, path),
      message: path.length === 0 ? message : `${pathText(path)}: ${message}`,
    });

  const waiting = (uses: ScopeUse): Wanted | null => {
    const waits = ensembleWait(uses, name, rendering);
    return waits === null ? null : { ok: false, name, problems: [], waits, inForce: null };
  };
  const when = definition.templates.get('when');
  // Whether it is wanted at all may hang on the cluster: nothing is left out because that is not known yet.
  const before = when === undefined ? null : waiting(when.uses);
  if (before !== null) return before;
  if (!isWanted(definition, rendering, { budget, tell }))
    return problems.length > 0 ? { ok: false, name, problems, inForce: null } : null;
  const waits = waiting(definition.uses);
  if (waits !== null) return waits;
  const { value, origins, faults } = renderDocument(definition, rendering.scope, budget);
  const image = imageOf(definition, rendering, tell);
  for (const { path, flaw } of faults) {
    // Told of already, as the image that is missing.
    if (!(flaw.unset === `params.${imageParameter(name)}` && definition.document.image === undefined))
      tell(path, flawText(flaw, rendering));
  }
  if (faults.length > 0) return { ok: false, name, problems, inForce: null };

  const origin = (path: Path): Path => {
    for (let length = path.length; length > 0; length--) {
      const found = origins.get(pathText(path.slice(0, length)));
      if (found !== undefined) return [...found, ...path.slice(length)];
    }
    return path;
  };
  const checked = check(schema, value);
  if (!checked.ok) {
    for (const issue of checked.issues)
      tell(
        origin(issue.path),
        `${issue.message}${foundText(definition, origin(issue.path), at(value, issue.path))}`,
      );
    return { ok: false, name, problems, inForce: null };
  }
  for (const [path, fault] of contradictions(checked.value)) tell(origin(path), fault);
  const used = image ?? imageIn(checked.value.image, rendering, tell);
  const files = filesOf(checked.value, definition, { rendering, budget: openBudget(FILE_STEPS), tell });
  if (problems.length > 0 || used === null) return { ok: false, name, problems, inForce: null };
  return { ok: true, spec: specOf(checked.value, definition, { rendering, image: used, files }) };
}

function withOwnEnsemble(name: string, rendering: Rendering): Rendering {
  const view = rendering.view.ensembles.get(name);
  if (!view?.ok) return rendering;
  return { ...rendering, scope: bare({ ...rendering.scope, ensemble: ensembleList(view) }) };
}

interface Telling {
  readonly budget: Budget;
  readonly tell: Tell;
}

function isWanted(
  { document, templates }: Definition,
  { scope }: Rendering,
  { budget, tell }: Telling,
): boolean {
  if (typeof document.when !== 'string') return true;
  const template = templates.get('when');
  const text =
    template === undefined
      ? { ok: true as const, value: document.when }
      : renderTemplate(template, scope, { budget, lenient: true });
  if (!text.ok) tell(['when'], text.flaw.message);
  return text.ok && !['', 'false'].includes(text.value.trim());
}

function filesOf(
  { files = [] }: DefinitionText,
  definition: Definition,
  { rendering, budget, tell }: Telling & { readonly rendering: Rendering },
): readonly GivenFile[] {
  return files.flatMap((text, index): GivenFile[] => {
    const { target, template: name, content } = text;
    const given = { target, onChange: text.onChange ?? 'recreate', validate: text.validate ?? null } as const;
    if (content !== undefined) return [{ ...given, content }];
    const file = definition.files.get(name ?? '');
    if (file === undefined) return [];
    const rendered = renderTemplate(file.template, rendering.scope, { budget });
    if (rendered.ok) return [{ ...given, content: rendered.value }];
    const { at: where } = rendered.flaw;
    const at = where === null ? '' : `:${where.line}:${where.column}`;
    tell(['files', index], `${file.path}${at}: ${flawText(rendered.flaw, rendering)}`);
    return [];
  });
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined),
    value,
  );
}
