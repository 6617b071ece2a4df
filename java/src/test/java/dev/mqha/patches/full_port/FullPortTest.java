package dev.mqha.patches.full_port;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import org.junit.jupiter.api.Test;

class FullPortTest {
    @Test
    void aFullPortSaysThatItIs() throws Exception {
        assertEquals("room\nroom\nfull\nroom", Jvm.mended().print(FullBroker.class));
    }

    @Test
    void theStockOneHangsUp() throws Exception {
        assertEquals("room\nroom\nnothing\nroom", Jvm.stock().print(FullBroker.class));
    }
}
