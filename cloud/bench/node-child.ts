import { startCloud } from '#cloud/server/cloud.ts';
import type { CloudOptions } from '#cloud/server/config.ts';

/** A node in a process of its own: options come in by IPC, its address goes out, and its peak memory at the end. */
process.once('message', (options: CloudOptions) => {
  void startCloud(options).then((cloud) => {
    process.send?.({ stationUrl: cloud.stationUrl, publicUrl: cloud.publicUrl });
    process.once('message', () => {
      void cloud.close().finally(() => {
        const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
        process.send?.({ peakBytes: maxRSS * 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 });
        process.disconnect();
      });
    });
  });
});
