package dev.mqha.patches.compressed_bodies;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mqha.rig.Jvm;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.zip.DeflaterOutputStream;
import javax.jms.JMSException;
import org.apache.activemq.command.ActiveMQBytesMessage;
import org.apache.activemq.command.ActiveMQMapMessage;
import org.apache.activemq.command.ActiveMQMessage;
import org.apache.activemq.command.ActiveMQObjectMessage;
import org.apache.activemq.command.ActiveMQStreamMessage;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.transport.amqp.message.AmqpMessageSupport;
import org.junit.jupiter.api.Test;

class InflatedTest {
    private static final int MB = 1024 * 1024;

    private static byte[] compressed(byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(body);
        }
        return bytes.toByteArray();
    }

    @Test
    void aBodyIsReadUpToTheLimit() throws IOException {
        byte[] body = new byte[10_000];
        body[9_999] = 1;
        byte[] sent = compressed(body);
        assertArrayEquals(body, new Inflated(new ByteArrayInputStream(sent), 10_000).readAllBytes());
        assertThrows(IOException.class, () -> new Inflated(new ByteArrayInputStream(sent), 9_999).readAllBytes());
        assertThrows(IOException.class, () -> new Inflated(new ByteArrayInputStream(sent), 9_999).skip(10_000));
    }

    @Test
    void aSizeMayBeAsLargeAsTheLimit() throws IOException {
        assertEquals(0, Inflated.size(0));
        int limit = (int) Math.min(Integer.MAX_VALUE - 1, Inflated.LIMIT);
        assertEquals(limit, Inflated.size(limit));
        assertThrows(IOException.class, () -> Inflated.size(-1));
    }

    /** Reads messages of all kinds as the broker does; their bodies are as large as the argument says, in MB. */
    public static final class Reads {
        public static void main(String[] args) throws Exception {
            int bytes = Integer.parseInt(args[0]) * MB;
            ActiveMQBytesMessage data = new ActiveMQBytesMessage();
            data.writeBytes(new byte[bytes]);
            read("bytes", sent(data)::getBodyLength);
            ActiveMQTextMessage text = new ActiveMQTextMessage();
            text.setText("x".repeat(bytes));
            read("text", sent(text)::getText);
            read("amqp", () -> AmqpMessageSupport.getBinaryFromMessageBody(text));
            ActiveMQMapMessage map = new ActiveMQMapMessage();
            map.setBytes("a", new byte[bytes]);
            read("map", sent(map)::getMapNames);
            ActiveMQStreamMessage stream = new ActiveMQStreamMessage();
            stream.writeBytes(new byte[bytes]);
            read("stream", () -> sent(stream).readBytes(new byte[bytes]));
            ActiveMQObjectMessage object = new ActiveMQObjectMessage();
            object.setObject(new byte[bytes]);
            read("object", () -> AmqpMessageSupport.getBinaryFromMessageBody(sent(object)));
            System.exit(0);
        }

        /** As the broker has it. */
        @SuppressWarnings("unchecked")
        private static <T extends ActiveMQMessage> T sent(T message) throws Exception {
            message.compress();
            T read = (T) message.getClass().getConstructor().newInstance();
            read.setContent(message.getContent());
            read.setCompressed(true);
            read.setReadOnlyBody(true);
            return read;
        }

        private static void read(String kind, Callable<?> body) throws Exception {
            try {
                body.call();
                System.out.println(kind + " read");
            } catch (JMSException refused) {
                System.out.println(kind + " refused");
            }
        }
    }

    @Test
    void messagesOfAllKindsAreReadUntilTheyAreTooLarge() throws Exception {
        Jvm small = Jvm.mended().option("-Xmx256m");
        assertEquals(0, small.print(Reads.class, 15).lines().filter(line -> !line.endsWith("read")).count());
        assertEquals(
                List.of("bytes", "text", "amqp", "map", "stream", "object").stream()
                        .map(kind -> kind + " refused")
                        .toList(),
                small.print(Reads.class, 17).lines().toList());
    }
}
