import { describe } from 'vitest';
import { InMemoryOnboarding } from './memory-store.test-support.ts';
import { itKeepsOnboardingWork, itStartsAgain } from './store-conformance.ts';

describe('the store of the queue tests', () => {
  itKeepsOnboardingWork(async () => Promise.resolve({ store: new InMemoryOnboarding() }));
  itStartsAgain(async () => Promise.resolve({ store: new InMemoryOnboarding() }));
});
