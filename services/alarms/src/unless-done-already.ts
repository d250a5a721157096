import { AlarmRefusedError } from '@telltale/plant-registry';

/** False when somebody else was faster: the state machine refuses the second step. */
export async function unlessDoneAlready(step: () => Promise<unknown>): Promise<boolean> {
  try {
    await step();
    return true;
  } catch (error) {
    if (error instanceof AlarmRefusedError) return false;
    throw error;
  }
}
