package dev.mqha.patches.stop_limit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.guard.Classes;
import dev.mqha.rig.Loaded;
import dev.mqha.rig.Mended;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** The wait for the sessions of a slave that stops. */
class StopLimitTest {
    @Test
    void theStopOfASlaveWaitsWithALimit() throws Exception {
        Path jar = Mended.jar();
        assertEquals(List.of("()V"), waitsOf(Mended.store()));
        assertEquals(List.of("(JLjava/util/concurrent/TimeUnit;)Z"), waitsOf(jar));
    }

    private static List<String> waitsOf(Path jar) throws IOException {
        List<String> waits = new ArrayList<>();
        Loaded.visit(jar, Classes.SLAVE_STORE.name(), "doStop", new MethodVisitor(Opcodes.ASM9) {
            @Override
            public void visitMethodInsn(int opcode, String owner, String name, String type, boolean inInterface) {
                if (name.equals("await")) {
                    waits.add(type);
                }
            }
        });
        return waits;
    }
}
