// docker-modem requires `ssh2` at load time and uses `Client` only for ssh:// hosts, which the settings refuse.
exports.Client = class Client {
  constructor() {
    throw new Error('Docker over SSH is not supported: use unix://, tcp:// or https://');
  }
};
