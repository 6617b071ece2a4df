package dev.mqha.patches.listener_race;

import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Opcodes;

/**
 * Lets the elector take the members of the group and act on them in one step.
 *
 * <p>Two threads report changes: ZooKeeper's event thread and the dispatcher that rebuilds the tree.
 * Each reads the group's members first and takes the elector's lock afterwards, so the one that read
 * earlier may come later, and the elector is left with members of the past until the next change.
 * With the lock taken before the read, whoever comes last has read last. See {@code changed} in
 * replicated/groups/ClusteredSingleton.scala.
 */
public final class ChangeOrder {
    public static final String CLASS = "org/apache/activemq/leveldb/replicated/groups/ClusteredSingletonWatcher$$anon$2";

    private static final String ELECTOR = "org/apache/activemq/leveldb/replicated/groups/ClusteredSingletonWatcher";

    private ChangeOrder() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    public static byte[] mend(byte[] original) {
        return Rewrite.once(original, "changed()", (name, next, place) -> {
            if (!name.equals("changed")) {
                return next;
            }
            return new Rewrite.Around(CLASS, next, place) {
                @Override
                protected void before() {
                    lock(Opcodes.MONITORENTER);
                }

                @Override
                protected void after() {
                    lock(Opcodes.MONITOREXIT);
                }

                @Override
                protected void failed() {
                    lock(Opcodes.MONITOREXIT);
                    visitInsn(Opcodes.ATHROW);
                }

                private void lock(int opcode) {
                    visitVarInsn(Opcodes.ALOAD, 0);
                    visitFieldInsn(Opcodes.GETFIELD, CLASS, "$outer", "L" + ELECTOR + ";");
                    visitInsn(opcode);
                }
            };
        });
    }
}
