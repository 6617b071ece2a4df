package dev.mqha.patches.one_copy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.Random;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.openwire.OpenWireFormat;
import org.apache.activemq.util.ByteSequence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketsTest {
    private static final int MB = 1024 * 1024;

    @ParameterizedTest
    @ValueSource(ints = {10, Packets.LARGE, MB, 3 * MB + 7})
    void aMessageHasTheFormThatItAlwaysHad(int size) throws Exception {
        OpenWireFormat format = new OpenWireFormat();
        Message message = message(size);
        message.setProperty("color", "x".repeat(20_000));
        ByteSequence packet = Packets.packet(format, message);
        byte[] form = bytes(packet);
        assertArrayEquals(bytes(new OpenWireFormat().marshal(message)), form);
        Message read = (Message) Packets.read(format, new ByteSequence(form));
        assertArrayEquals(bytes(message.getContent()), bytes(read.getContent()));
        assertEquals(message.getMessageId(), read.getMessageId());
        assertEquals("x".repeat(20_000), read.getProperty("color"));
    }

    @Test
    void aLargeOneStandsInAnArrayOfItsSize() throws Exception {
        ByteSequence packet = Packets.packet(new OpenWireFormat(), message(MB));
        assertEquals(MB, packet.data.length, 16 * 1024);
    }

    @Test
    void aBodyInAMuchLargerArrayIsCopied() {
        byte[] array = new byte[2 * MB];
        Arrays.fill(array, 5, MB + 5, (byte) 7);
        ByteSequence fitted = Packets.fitted(new ByteSequence(array, 5, MB));
        assertEquals(MB, fitted.data.length);
        assertEquals(0, fitted.offset);
        assertEquals(7, fitted.data[MB - 1]);
    }

    @Test
    void anotherOneIsLeft() {
        ByteSequence body = new ByteSequence(new byte[1000], 100, 200);
        assertSame(body, Packets.fitted(body));
        ByteSequence whole = new ByteSequence(new byte[MB]);
        assertSame(whole, Packets.fitted(whole));
        assertNull(Packets.fitted(null));
    }

    private static Message message(int size) {
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        ActiveMQBytesMessage message = new ActiveMQBytesMessage();
        message.setDestination(new ActiveMQQueue("q"));
        message.setMessageId(new MessageId("ID:a:1:1:1"));
        message.setContent(new ByteSequence(body));
        return message;
    }

    private static byte[] bytes(ByteSequence sequence) {
        return Arrays.copyOfRange(sequence.data, sequence.offset, sequence.offset + sequence.length);
    }
}
