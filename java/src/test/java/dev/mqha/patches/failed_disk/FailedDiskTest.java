package dev.mqha.patches.failed_disk;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mqha.guard.Classes;
import dev.mqha.patches.common.End;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Loaded;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.channels.ClosedByInterruptException;
import org.apache.activemq.broker.SuppressReplyException;
import org.apache.activemq.leveldb.LevelDBStore;
import org.junit.jupiter.api.Test;

/** What the log and the index throw. */
class FailedDiskTest {
    /** Lets a store's client deal with a failure, as it does with whatever the log and the index throw. */
    public static final class FailsOnDisk {
        public static void main(String[] args) throws Exception {
            Class<?> type = Class.forName(Classes.CLIENT.name().replace('/', '.'));
            Object client = Loaded.withoutConstructor(type);
            Field store = type.getDeclaredField(FailedDisk.FIELD);
            store.setAccessible(true);
            store.set(client, new LevelDBStore());
            Method handler = type.getDeclaredMethod(FailedDisk.HANDLER, IOException.class);
            handler.setAccessible(true);
            IOException closed = new IOException(new ClosedByInterruptException());
            InvocationTargetException old =
                    assertThrows(InvocationTargetException.class, () -> handler.invoke(client, closed));
            assertInstanceOf(SuppressReplyException.class, old.getCause());
            handler.invoke(client, new IOException("No space left on device"));
        }
    }

    @Test
    void aDiskThatFailsEndsTheBroker() throws Exception {
        Jvm.assertEnds(End.DISK_FAILED, FailsOnDisk.class);
    }
}
