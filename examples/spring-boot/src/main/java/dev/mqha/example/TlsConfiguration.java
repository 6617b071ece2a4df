package dev.mqha.example;

import java.util.List;
import org.apache.activemq.ActiveMQSslConnectionFactory;
import org.springframework.boot.activemq.autoconfigure.ActiveMQConnectionFactoryCustomizer;
import org.springframework.boot.activemq.autoconfigure.ActiveMQProperties;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jms.autoconfigure.JmsProperties;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslManagerBundle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jms.connection.CachingConnectionFactory;

/**
 * Connections to a cluster with {@code tls: true}. Spring Boot has SSL bundles and no setting that gives one to the
 * connections to brokers, so the factory is made here, as Spring Boot makes its own. The bundle comes from
 * {@code mqha env}.
 */
@Configuration
@EnableConfigurationProperties({ActiveMQProperties.class, JmsProperties.class})
@ConditionalOnProperty("spring.ssl.bundle.pem.mqha.truststore.certificate")
class TlsConfiguration {

  @Bean
  CachingConnectionFactory jmsConnectionFactory(
      ActiveMQProperties broker,
      JmsProperties jms,
      SslBundles bundles,
      List<ActiveMQConnectionFactoryCustomizer> customizers) {
    var factory = new ActiveMQSslConnectionFactory(broker.getBrokerUrl());
    factory.setUserName(broker.getUser());
    factory.setPassword(broker.getPassword());
    SslBundle bundle = bundles.getBundle("mqha");
    SslManagerBundle managers = bundle.getManagers();
    factory.setKeyAndTrustManagers(managers.getKeyManagers(), managers.getTrustManagers(), null);
    customizers.forEach(customizer -> customizer.customize(factory));
    var cached = new CachingConnectionFactory(factory);
    cached.setSessionCacheSize(jms.getCache().getSessionCacheSize());
    return cached;
  }
}
