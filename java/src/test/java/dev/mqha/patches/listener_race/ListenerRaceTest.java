package dev.mqha.patches.listener_race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mqha.rig.Loaded;
import dev.mqha.rig.Mended;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** The group of members while it is made, and while its tree is rebuilt. */
class ListenerRaceTest {
    @Test
    void aCallBeforeTheHandlerIsSetNotesThatTheNextOneIsAReconnect() throws Exception {
        Path jar = Mended.jar();
        Object group = Loaded.withoutConstructor(Loaded.load(jar, ListenerGuard.CLASS));
        group.getClass().getMethod("onConnected").invoke(group);
        assertEquals(true, group.getClass().getMethod("rebuildTree").invoke(group));
    }

    @Test
    void theOriginalDoesRunOnWithoutAHandler() throws Exception {
        Object group = Loaded.withoutConstructor(Loaded.load(Mended.store(), ListenerGuard.CLASS));
        InvocationTargetException failure = assertThrows(
                InvocationTargetException.class,
                () -> group.getClass().getMethod("onConnected").invoke(group));
        assertInstanceOf(NullPointerException.class, failure.getCause());
    }

    @Test
    void aRebuildOfTheTreeHoldsNoLockOfTheGroup() throws Exception {
        Path jar = Mended.jar();
        assertEquals(List.of("enter", "exit", "exit"), locksOf(Mended.store(), ListenerGuard.CLASS, "onConnected"));
        assertEquals(List.of(), locksOf(jar, ListenerGuard.CLASS, "onConnected"));
    }

    @Test
    void theElectorReadsTheMembersWithItsLockHeld() throws Exception {
        Path jar = Mended.jar();
        assertEquals(List.of(), locksOf(Mended.store(), ChangeOrder.CLASS, "changed"));
        assertEquals(List.of("enter", "exit", "exit"), locksOf(jar, ChangeOrder.CLASS, "changed"));
    }

    private static List<String> locksOf(Path jar, String className, String method) throws IOException {
        List<String> locks = new ArrayList<>();
        Loaded.visit(jar, className, method, new MethodVisitor(Opcodes.ASM9) {
            @Override
            public void visitInsn(int opcode) {
                if (opcode == Opcodes.MONITORENTER) {
                    locks.add("enter");
                } else if (opcode == Opcodes.MONITOREXIT) {
                    locks.add("exit");
                }
            }
        });
        return locks;
    }
}
