package dev.mqha.patches.failed_start;

import dev.mqha.patches.common.End;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Loaded;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A store that cannot be started after an election. */
class FailedStartTest {
    /** Runs the store's task as the elector does, with a store that cannot be started. */
    public static final class StartsAStore {
        public static void main(String[] args) throws Exception {
            Object task = Loaded.withoutConstructor(Class.forName(args[0]));
            task.getClass().getMethod("apply$mcV$sp").invoke(task);
            System.out.println("goes on");
        }
    }

    @Test
    void aStoreThatCannotBeStartedEndsItsBroker() throws Exception {
        for (String task : List.of(FailedStart.MASTER, FailedStart.SLAVE)) {
            Jvm.assertEnds(End.START_FAILED, StartsAStore.class, task.replace('/', '.'));
        }
    }
}
