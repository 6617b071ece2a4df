package dev.mqha.patches.snapshot_position;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.guard.Classes;
import dev.mqha.rig.Loaded;
import dev.mqha.rig.Mended;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** The name of the index that a slave has downloaded. */
class SnapshotPositionTest {
    @Test
    void theDownloadedIndexIsNamedAfterItsOwnPosition() throws Exception {
        Path jar = Mended.jar();
        assertEquals(List.of("wal_append_position"), positionsRead(Mended.store()));
        assertEquals(List.of("snapshot_position"), positionsRead(jar));
    }

    private static List<String> positionsRead(Path jar) throws IOException {
        List<String> fields = new ArrayList<>();
        Loaded.visit(jar, Classes.SLAVE_OPENING.name(), null, new MethodVisitor(Opcodes.ASM9) {
            @Override
            public void visitFieldInsn(int opcode, String owner, String field, String type) {
                if (owner.endsWith("SyncResponse") && type.equals("J")) {
                    fields.add(field);
                }
            }
        });
        return fields;
    }
}
