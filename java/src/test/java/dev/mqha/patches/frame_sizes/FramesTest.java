package dev.mqha.patches.frame_sizes;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import javax.net.SocketFactory;
import org.apache.activemq.openwire.OpenWireFormat;
import org.apache.activemq.transport.amqp.AmqpWireFormat;
import org.apache.activemq.transport.nio.NIOTransport;
import org.apache.activemq.transport.stomp.ProtocolException;
import org.apache.activemq.transport.stomp.StompWireFormat;
import org.apache.activemq.transport.tcp.TcpTransport;
import org.apache.activemq.util.ByteArrayOutputStream;
import org.apache.activemq.wireformat.WireFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes of connections that are no strangers; MessagePortTest has those. */
public class FramesTest {
    /** A connection that is not open. */
    public static NIOTransport connection(WireFormat format) throws Exception {
        return new NIOTransport(format, SocketFactory.getDefault(), new URI("tcp://127.0.0.1:1"), null);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 104_857_596})
    void anOpenWireFrameMayBeAsLargeAsAMessage(int size) throws Exception {
        assertEquals(size, Frames.openWire(sized(size), connection(new OpenWireFormat())));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE - 3})
    void anOpenWireFrameWithoutAByteOrBeyondAnIntIsRefused(int size) {
        assertThrows(IOException.class, () -> Frames.openWire(sized(size), connection(new OpenWireFormat())));
    }

    @Test
    void anAmqpFrameIsNotLongerThanTheBrokerHasAnnounced() {
        AmqpWireFormat format = new AmqpWireFormat();
        assertDoesNotThrow(() -> Frames.amqp(8, format));
        assertDoesNotThrow(() -> Frames.amqp(128 * 1024, format));
        assertThrows(IOException.class, () -> Frames.amqp(128 * 1024 + 1, format));
        assertThrows(IOException.class, () -> Frames.amqp(7, format));
        assertThrows(IOException.class, () -> Frames.amqp(-5, format));
        format.setMaxAmqpFrameSize(1024 * 1024);
        assertDoesNotThrow(() -> Frames.amqp(1024 * 1024, format));
        // It announces none then, and the message's own limit is left.
        format.setMaxAmqpFrameSize(AmqpWireFormat.NO_AMQP_MAX_FRAME_SIZE);
        assertDoesNotThrow(() -> Frames.amqp(1024 * 1024, format));
    }

    @Test
    void headersOfStompHaveAnEndAndABodyMayBeLonger() throws Exception {
        TcpTransport connection = connection(new StompWireFormat());
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int written = 0; written < Frames.STOMP_HEADERS + 10; written++) {
            Frames.stomp(body, 'x', connection, true);
        }
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        for (int written = 0; written < Frames.STOMP_HEADERS; written++) {
            Frames.stomp(headers, 'x', connection, false);
        }
        assertThrows(IOException.class, () -> Frames.stomp(headers, 'x', connection, false));
        assertThrows(IOException.class, () -> Frames.stomp(headers, 'x', connection, false));
        assertEquals(Frames.STOMP_HEADERS, headers.size());
    }

    @Test
    void aContentLengthIsNotNegative() throws ProtocolException {
        assertEquals(0, Frames.contentLength(0));
        assertThrows(ProtocolException.class, () -> Frames.contentLength(-1));
    }

    private static ByteBuffer sized(int size) {
        return ByteBuffer.allocate(4).putInt(0, size);
    }
}
