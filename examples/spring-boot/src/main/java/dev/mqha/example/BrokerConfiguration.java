package dev.mqha.example;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.activemq.autoconfigure.ActiveMQConnectionFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How connections behave in a failover, wherever the broker URL comes from. */
@Configuration
class BrokerConfiguration {

  @Bean
  ActiveMQConnectionFactoryCustomizer failoverOptions(
      @Value("${messages.failover-options}") String options) {
    return factory -> {
      String url = factory.getBrokerURL();
      if (url.startsWith("failover:") && url.endsWith(")")) {
        factory.setBrokerURL(url + "?" + options);
      }
    };
  }
}
