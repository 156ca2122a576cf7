/** Debian's ZooKeeper on a Java runtime, started like the official image and told what to do by the same environment. */
import { copyFile, mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { outputOf } from '../command.js';
import { copyBusybox, copyPrograms } from './programs.js';
import type { Recipe } from './recipe.js';
import { copyScript, layOutSystem } from './system-files.js';

const user = { name: 'zookeeper', id: 1000 };

/** By the start of the file name: with less the admin server or the log is silently missing. */
const jars = [
  ...[
    'zookeeper',
    'zookeeper-jute',
    'slf4j-api',
    'slf4j-simple',
    'snappy-java',
    'metrics-core',
    'commons-cli',
  ],
  ...['jackson-core', 'jackson-annotations', 'jackson-databind', 'servlet-api'],
  ...['server', 'servlet', 'http', 'io', 'security', 'util', 'util-ajax'].map((part) => `jetty9-${part}`),
];

/** Libraries of the runtime for screens, fonts, sound and cards: they would bring half a desktop along. */
const withoutScreen =
  /^lib(awt|awt_headless|fontmanager|javajpeg|lcms|jsound|mlib_image|j2pcsc|j2gss|sctp|saproc)\.so$/;

export const zookeeper: Recipe = async ({ root, debian }) => {
  await layOutSystem(root, [user]);
  await copyBusybox(root, debian);
  await copyRuntime(root, debian);
  await copyJars(root, debian);
  await copyPrograms(root, { system: debian, programs: ['/usr/bin/setpriv'] });
  await copyScript(root, 'zookeeper-entrypoint.sh', 'docker-entrypoint.sh');
  await copyScript(root, 'zkServer.sh', 'usr/local/bin/zkServer.sh');
  await copyScript(root, 'zkCli.sh', 'usr/local/bin/zkCli.sh');
  for (const folder of ['data', 'datalog', 'logs', 'conf']) await mkdir(join(root, folder));
  return {
    Env: [
      'PATH=/usr/local/bin:/usr/lib/jvm/java/bin:/usr/bin:/bin',
      ...['ZOO_CONF_DIR=/conf', 'ZOO_DATA_DIR=/data', 'ZOO_DATA_LOG_DIR=/datalog', 'ZOO_LOG_DIR=/logs'],
      ...['ZOO_TICK_TIME=2000', 'ZOO_INIT_LIMIT=5', 'ZOO_SYNC_LIMIT=2', 'ZOO_MAX_CLIENT_CNXNS=60'],
      ...['ZOO_AUTOPURGE_PURGEINTERVAL=0', 'ZOO_AUTOPURGE_SNAPRETAINCOUNT=3'],
      ...['ZOO_STANDALONE_ENABLED=true', 'ZOO_ADMINSERVER_ENABLED=true'],
    ],
    Entrypoint: ['/docker-entrypoint.sh'],
    Cmd: ['zkServer.sh', 'start-foreground'],
    ExposedPorts: { '2181/tcp': {}, '2888/tcp': {}, '3888/tcp': {}, '8080/tcp': {} },
    Volumes: { '/data': {}, '/datalog': {}, '/logs': {} },
  };
};

/** The runtime at /usr/lib/jvm/java, whatever its version, with its settings beside it instead of in /etc. */
async function copyRuntime(root: string, debian: string): Promise<void> {
  const machines = join(debian, 'usr/lib/jvm');
  const version = (await readdir(machines)).find((name) => /^java-\d+-openjdk-/.test(name));
  if (version === undefined) throw new Error(`no Java runtime in ${machines}`);
  const target = join(root, 'usr/lib/jvm/java');
  await mkdir(target, { recursive: true });
  const source = join(machines, version);
  await outputOf(['cp', '-a', `${source}/bin`, `${source}/lib`, target]);
  // Links to /etc/java-*-openjdk, which the package would have put there when it was configured.
  await outputOf(['cp', '-a', join(debian, 'etc', version.replace(/-[^-]+$/, '')), join(root, 'etc')]);
  await outputOf(['cp', '-a', `${source}/conf`, target]);
  await rm(join(target, 'lib/jvm.cfg'), { force: true });
  await copyFile(join(source, 'lib/jvm.cfg-default'), join(target, 'lib/jvm.cfg'));
  await rm(join(target, 'lib/ct.sym'), { force: true });
  const libraries = (await readdir(join(target, 'lib'))).filter((name) => name.endsWith('.so'));
  for (const name of libraries.filter((name) => withoutScreen.test(name)))
    await rm(join(target, 'lib', name));
  const kept = libraries.filter((name) => !withoutScreen.test(name)).map((name) => `lib/${name}`);
  const programs = ['bin/java', 'lib/server/libjvm.so', ...kept].map(
    (path) => `/usr/lib/jvm/${version}/${path}`,
  );
  const libraryFolders = ['lib', 'lib/server'].map((path) => `/usr/lib/jvm/${version}/${path}`);
  await copyPrograms(root, { system: debian, programs, libraryFolders });
  // Those of the runtime itself are at its new place already.
  await rm(join(root, 'usr/lib/jvm', version), { recursive: true, force: true });
}

async function copyJars(root: string, debian: string): Promise<void> {
  const source = join(debian, 'usr/share/java');
  const target = join(root, 'usr/share/java');
  await mkdir(target, { recursive: true });
  const names = (await readdir(source)).filter(
    (name) => jars.some((jar) => name === `${jar}.jar`) || /^netty-[a-z-]+\.jar$/.test(name),
  );
  const missing = jars.filter((jar) => !names.includes(`${jar}.jar`));
  if (missing.length > 0) throw new Error(`not in ${source}: ${missing.join(', ')}`);
  for (const name of names) await copyFile(await realpath(join(source, name)), join(target, name));
}
