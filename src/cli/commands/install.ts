import { command, option } from '../definition.js';

export const install = command({
  name: 'install',
  group: 'make',
  summary: 'put the pinned ActiveMQ and ZooKeeper, verified, into the cache',
  details:
    'Fills and verifies the cache; `mqha up` does it when needed. `--export <dir>` and `--from <dir or tar>` serve machines without a network. `--sbom <file>` writes the bill of materials of what brokers and ZooKeeper run (CycloneDX 1.6, JSON); `-` prints it.',
  options: {
    from: option('<dir or tar>', 'take the files from here instead of a network', {
      offer: 'file',
    }),
    export: option('<dir>', 'write every pinned file into a directory, for --from elsewhere', {
      offer: 'directory',
    }),
    sbom: option('<file>', 'write a bill of materials (CycloneDX) to a file; - prints it', {
      offer: 'file',
    }),
  },
});
