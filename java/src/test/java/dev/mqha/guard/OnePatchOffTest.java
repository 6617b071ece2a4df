package dev.mqha.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Mended;
import dev.mqha.rig.ReplicasTest;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What others call of a patch that is missing does no harm: a slave attaches, takes over, and has everything. */
@Tag("long")
class OnePatchOffTest {
    @TempDir
    Path directory;

    static List<Patch> patches() {
        return Patches.ALL;
    }

    @ParameterizedTest
    @MethodSource("patches")
    void aSlaveTakesOverWithoutIt(Patch patch) throws Exception {
        Path jar = directory.resolve("guard.jar");
        Mended.make(jar, List.of(), Set.of(patch.name()));
        assertEquals("20", Jvm.with(jar).print(ReplicasTest.TakesOver.class, directory.resolve("data")));
    }
}
