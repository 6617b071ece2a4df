package dev.mqha.patches.listener_race;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Puts a guard in front of {@code ZooKeeperGroup.onConnected()}, and lets it work without the group's lock.
 *
 * <p>The constructor registers the group as a listener, is called back at once, and sets
 * {@code treeEventHandler} only afterwards. ZKClient's dispatcher thread delivers the same event a
 * second time; where that call comes before the handler is set, it takes itself for a reconnect,
 * rebuilds the tree with a handler that is null, and the constructor dies of it.
 *
 * <p>Guarded, a call that finds no handler does what the first call always did: it notes that the
 * next one is a reconnect ({@code rebuildTree = true}) and returns. Nobody listens to the group yet,
 * so nobody misses the event, and a later loss of the session still rebuilds the tree. To return
 * without the note would lose that first rebuild.
 *
 * <p>A call that does rebuild the tree reports the members to the elector, whose lock it needs, while it
 * holds the group's. Whoever joins or updates takes the two the other way round: a start, or a
 * reconnect, that meets the rebuild stands still for ever. After the constructor only the dispatcher
 * thread makes this call, so nothing is lost with the lock.
 */
public final class ListenerGuard {
    static final String CLASS = "org/apache/activemq/leveldb/replicated/groups/ZooKeeperGroup";

    private static final String HANDLER = "org/linkedin/zookeeper/tracker/NodeEventsListener";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "listener-race",
                    Patch.Risk.OUTAGE,
                    "about one start in eight can fail with a NullPointerException of the group, and a "
                            + "start or a reconnect to ZooKeeper can hang for ever")
            .rewrites(CLASS, "cdfc6ce9419123720cd3fbb9d6580b569bc72edef89a336bbc1c874e021cc1b5", ListenerGuard::guard)
            .rewrites(ChangeOrder.CLASS, "4d973682e7c6a65b14d88444f9983b090079f4802a23b6884ae59232eba0307c", ChangeOrder::mend);

    private ListenerGuard() {}

    /** Returns the guarded form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] guard(byte[] original) {
        return Rewrite.once(original, "onConnected()", (name, next, place) ->
                name.equals("onConnected") ? guarded(next, place) : next);
    }

    private static MethodVisitor guarded(MethodVisitor next, Rewrite place) {
        return new MethodVisitor(Opcodes.ASM9, next) {
            @Override
            public void visitCode() {
                super.visitCode();
                place.found();
                Label ready = new Label();
                visitVarInsn(Opcodes.ALOAD, 0);
                // The accessor's descriptor names the listener, although its signature says Object.
                visitMethodInsn(Opcodes.INVOKEVIRTUAL, CLASS, "treeEventHandler", "()L" + HANDLER + ";", false);
                visitJumpInsn(Opcodes.IFNONNULL, ready);
                visitVarInsn(Opcodes.ALOAD, 0);
                visitInsn(Opcodes.ICONST_1);
                visitMethodInsn(Opcodes.INVOKEVIRTUAL, CLASS, "rebuildTree_$eq", "(Z)V", false);
                visitInsn(Opcodes.RETURN);
                visitLabel(ready);
                visitFrame(Opcodes.F_SAME, 0, null, 0, null);
            }

            @Override
            public void visitInsn(int opcode) {
                boolean lock = opcode == Opcodes.MONITORENTER || opcode == Opcodes.MONITOREXIT;
                super.visitInsn(lock ? Opcodes.POP : opcode);
            }
        };
    }
}
