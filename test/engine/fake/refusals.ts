/** What the fake engine refuses, as the port's faults: the kinds are what the real one's words are classified as. */
import { Fault } from '../../../src/engine/engine.js';

export function noSuchContainer(id: string): Fault {
  return new Fault('gone', 'now', `no such container: ${id}`);
}

export function noSuchImage(image: string): Fault {
  return new Fault('gone', 'now', `no such image: ${image}`);
}

export function noSuchNetwork(network: string): Fault {
  return new Fault('gone', 'later', `network ${network} not found`);
}

export function notToBePulled(image: string): Fault {
  return new Fault('failed', 'later', `pull ${image}: the registry can't be reached`);
}

export function badReference(reference: string, problem: string): Fault {
  return new Fault('refused', 'never', `${reference}: ${problem}`);
}

export function nameTaken(name: string): Fault {
  return new Fault('taken', 'later', `the container name ${name} is already in use`);
}

export function portTaken(port: number): Fault {
  return new Fault('taken', 'later', `port ${port} is already allocated`);
}

/** A verb that does not fit the container's state. */
export function unfitting(verb: string, state: string): Fault {
  return new Fault('failed', 'later', `cannot ${verb} a container that is ${state}`);
}

export function markedForRemoval(id: string): Fault {
  return new Fault('busy', 'later', `container ${id} is marked for removal`);
}

export function unreachable(): Fault {
  return new Fault('unreachable', 'later', "the engine can't be reached");
}

export function noAnswer(verb: string): Fault {
  return new Fault('slow', 'later', `${verb}: no answer in time; it may have happened all the same`);
}

export function calledOff(verb: string): Fault {
  return new Fault('failed', 'later', `${verb}: called off`);
}
