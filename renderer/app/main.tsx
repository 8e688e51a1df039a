import '#client/zod-config.ts';
import { connectBridge } from '#client/client.ts';
import { startApp } from './start-app.tsx';

startApp(connectBridge());
